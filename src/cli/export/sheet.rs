//! Rows for spreadsheets, and for programs.

use clap::ValueEnum;
use csv::{QuoteStyle, Terminator, WriterBuilder};
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

/// A heading, and what stands below it for each thing that has a row.
pub type Column<'a, T> = (&'static str, &'a dyn Fn(&T) -> Cell);

/// Cells under their headings.
#[derive(Debug)]
pub struct Sheet {
    headings: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

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

impl Sheet {
    /// A row for each thing.
    pub fn of<T>(things: &[T], columns: &[Column<'_, T>]) -> Self {
        let row = |thing| columns.iter().map(|(_, cell)| cell(thing)).collect();
        Self {
            headings: columns.iter().map(|(heading, _)| *heading).collect(),
            rows: things.iter().map(row).collect(),
        }
    }

    /// Whether there is nothing below the headings.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows as RFC 4180 has it, the headings first.
    pub fn csv(&self, separator: Separator) -> anyhow::Result<Vec<u8>> {
        let mut writer = WriterBuilder::new()
            .delimiter(separator.byte())
            .terminator(Terminator::CRLF)
            // A program that takes another separator than this one must not find it within a text.
            .quote_style(QuoteStyle::NonNumeric)
            .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
        writer.write_record(&self.headings)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::written))?;
        }
        Ok(writer.into_inner()?)
    }

    /// The rows as a list of objects, the texts as they are.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Cell>| -> Map<String, Value> {
            let headings = self.headings.iter().map(|heading| (*heading).to_owned());
            headings.zip(row.iter().map(Cell::value)).collect()
        };
        self.rows.iter().map(object).collect()
    }
}

/// The lines of a sheet, without the quotes around its texts.
#[cfg(test)]
pub fn lines(out: &str) -> Vec<String> {
    let sheet = out.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(sheet.as_bytes());
    let line = |record: csv::Result<csv::StringRecord>| record.expect("a line").iter().collect::<Vec<_>>().join(";");
    reader.records().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formulas() {
        let things = [
            ("één; \"twee\", drie", 1, Cell::Empty),
            ("=1+1", 2, Cell::percentage(1_250)),
            ("regel\nregel", 3, Cell::percentage(10_000)),
        ];
        let sheet = |things: &[(&str, u32, Cell)]| {
            Sheet::of(
                things,
                &[
                    ("a", &|thing| Cell::text(thing.0)),
                    ("b", &|thing| Cell::Number(thing.1)),
                    ("c", &|thing| thing.2.clone()),
                ],
            )
        };
        let csv = |things, separator| String::from_utf8(sheet(things).csv(separator).unwrap()).unwrap();
        let written = csv(&things, Separator::Semicolon);
        assert_eq!(
            written,
            "\u{feff}\"a\";\"b\";\"c\"\r\n\"één; \"\"twee\"\", drie\";1;\"\"\r\n\"'=1+1\";2;12.50\r\n\"regel\nregel\";3;100\r\n"
        );
        let written = csv(&things[..1], Separator::Comma);
        assert!(written.ends_with("\"één; \"\"twee\"\", drie\",1,\"\"\r\n"), "{written}");
        assert_eq!(
            sheet(&things[1..2]).json(),
            serde_json::json!([{ "a": "=1+1", "b": 2, "c": 12.5 }])
        );
        assert_eq!(csv(&[], Separator::Tab), "\u{feff}\"a\"\t\"b\"\t\"c\"\r\n");
        assert_eq!(sheet(&[]).json(), serde_json::json!([]));
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
