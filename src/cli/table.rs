//! Aligned columns for terminals.

/// Rows as lines whose columns are aligned, two spaces apart. The last column is as long as it is.
pub fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]]) -> Vec<String> {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<_> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Rows under a line of headings.
pub fn with_headings<const COLUMNS: usize>(headings: [&str; COLUMNS], rows: Vec<[String; COLUMNS]>) -> String {
    let mut all = vec![headings.map(str::to_owned)];
    all.extend(rows);
    aligned(&all).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = vec![["é".to_owned(), "1".to_owned()], ["abc".to_owned(), String::new()]];
        assert_eq!(with_headings(["A", "N"], rows), "A    N\né    1\nabc");
    }
}
