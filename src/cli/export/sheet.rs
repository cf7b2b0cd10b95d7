//! Rows for spreadsheets, and for programs.

use clap::ValueEnum;
use csv::{Terminator, WriterBuilder};
use serde_json::{Map, Value};

/// What tells a spreadsheet program that the text is UTF-8; without it Excel takes é for two other letters.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Separator {
    /// For spreadsheets where a comma stands before decimals
    #[value(name = ";")]
    Semicolon,
    /// For the others
    #[value(name = ",")]
    Comma,
    /// A tab
    #[value(name = "tab")]
    Tab,
}

impl Separator {
    fn byte(self) -> u8 {
        match self {
            Self::Semicolon => b';',
            Self::Comma => b',',
            Self::Tab => b'\t',
        }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// What somebody may have written.
    Text(String),
    /// A number.
    Number(u32),
    /// A number of hundredths.
    Hundredths(u32),
}

impl Cell {
    /// Some text.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// Some text, if there is any.
    pub fn optional(text: Option<impl ToString>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    /// Hundredths of a per cent as per cent.
    pub fn percentage(basis_points: u32) -> Self {
        Self::Hundredths(basis_points)
    }

    fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => harmless(text),
            Self::Number(number) => number.to_string(),
            Self::Hundredths(hundredths) if hundredths % 100 == 0 => (hundredths / 100).to_string(),
            Self::Hundredths(hundredths) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Hundredths(hundredths) => (f64::from(*hundredths) / 100.0).into(),
        }
    }
}

/// Cells under their headings; all rows of a sheet have the same ones.
pub type Row = Vec<(&'static str, Cell)>;

/// Text that a spreadsheet program does not take for a formula: anybody can register as `=HYPERLINK(…)`. An apostrophe makes it text
/// (OWASP, CSV Injection).
fn harmless(text: &str) -> String {
    let begins_a_formula = |c| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        )
    };
    match text.chars().next() {
        Some(first) if begins_a_formula(first) => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// The rows as RFC 4180 has it, the headings first; nothing at all without rows.
pub fn csv(rows: &[Row], separator: Separator) -> anyhow::Result<Vec<u8>> {
    let mut writer = WriterBuilder::new()
        .delimiter(separator.byte())
        .terminator(Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    if let Some(first) = rows.first() {
        writer.write_record(first.iter().map(|(heading, _)| *heading))?;
    }
    for row in rows {
        writer.write_record(row.iter().map(|(_, cell)| cell.written()))?;
    }
    Ok(writer.into_inner()?)
}

/// The rows as a list of objects, the texts as they are.
pub fn json(rows: &[Row]) -> Value {
    let object = |row: &Row| -> Map<String, Value> {
        row.iter()
            .map(|(heading, cell)| ((*heading).to_owned(), cell.value()))
            .collect()
    };
    rows.iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formulas() {
        let rows: Vec<Row> = vec![
            vec![
                ("a", Cell::text("één; \"twee\", drie")),
                ("b", Cell::Number(1)),
                ("c", Cell::Empty),
            ],
            vec![
                ("a", Cell::text("=1+1")),
                ("b", Cell::Number(2)),
                ("c", Cell::percentage(1_250)),
            ],
            vec![
                ("a", Cell::text("regel\nregel")),
                ("b", Cell::Number(3)),
                ("c", Cell::percentage(10_000)),
            ],
        ];
        let written = String::from_utf8(csv(&rows, Separator::Semicolon).unwrap()).unwrap();
        assert_eq!(
            written,
            "\u{feff}a;b;c\r\n\"één; \"\"twee\"\", drie\";1;\r\n'=1+1;2;12.50\r\n\"regel\nregel\";3;100\r\n"
        );
        let written = String::from_utf8(csv(&rows[..1], Separator::Comma).unwrap()).unwrap();
        assert!(written.ends_with("\"één; \"\"twee\"\", drie\",1,\r\n"), "{written}");
        assert_eq!(
            json(&rows[1..2]),
            serde_json::json!([{ "a": "=1+1", "b": 2, "c": 12.5 }])
        );
    }

    #[test]
    fn what_begins_a_formula_is_made_text() {
        for formula in ["=x", "+31 6", "-1", "@SUM(A1)", "\t=x", "\r=x", "＝x"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["", "x=1", "'=1", "é", "1"] {
            assert_eq!(harmless(text), text);
        }
    }
}
