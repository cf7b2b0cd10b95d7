//! Reads the dependencies and the comments above them from a `Cargo.toml`. A TOML parser would drop the comments.

/// So many dependencies at most share a comment; more are a list that nobody explained.
const LARGEST_GROUP: usize = 4;

/// A line that declares a dependency.
#[derive(Debug, PartialEq, Eq)]
pub struct Dependency {
    /// As in the manifest.
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// A comment stands above it, or above the group it belongs to.
    pub explained: bool,
}

/// The dependencies in the text of a manifest.
pub fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let (mut listing, mut in_value, mut explains) = (false, false, 0);
    for (line, text) in (1..).zip(manifest.lines()) {
        if text.starts_with('[') {
            listing = text.trim_end().ends_with("dependencies]");
            explains = 0;
        } else if text.trim().is_empty() {
            explains = 0;
        } else if text.starts_with('#') {
            explains = LARGEST_GROUP;
        } else if listing && !in_value {
            let name: String = text
                .chars()
                .take_while(|c| c.is_alphanumeric() || "-_".contains(*c))
                .collect();
            found.push(Dependency {
                name,
                line,
                explained: explains > 0,
            });
            explains = explains.saturating_sub(1);
            in_value = text.matches(['[', '{']).count() > text.matches([']', '}']).count();
        } else if listing {
            in_value = !text.starts_with([']', '}']);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unexplained(manifest: &str) -> Vec<String> {
        dependencies(manifest)
            .into_iter()
            .filter(|d| !d.explained)
            .map(|d| format!("{}:{}", d.line, d.name))
            .collect()
    }

    #[test]
    fn a_comment_explains_its_group_and_no_more() {
        let manifest =
            "[package]\nname = \"x\"\n[dependencies]\na = \"1\"\n# Why.\nb.workspace = true\nc = \"1\"\n\nd = 1";
        assert_eq!(unexplained(manifest), ["4:a", "9:d"]);
        assert_eq!(
            unexplained("[dev-dependencies]\n# Why.\na=1\nb=1\nc=1\nd=1\ne=1"),
            ["7:e"]
        );
    }

    #[test]
    fn a_value_over_several_lines_is_one_dependency() {
        let manifest = "[workspace.dependencies]\n# Why.\na-b = { version = \"1\", features = [\n  \"c\",\n] }\nd_e = \"1\"\n[lints]\nx = 1";
        let names: Vec<_> = dependencies(manifest).into_iter().map(|d| d.name).collect();
        assert_eq!(names, ["a-b", "d_e"]);
    }
}
