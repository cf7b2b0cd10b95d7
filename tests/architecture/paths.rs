//! Finds the paths in Rust source text, by its tokens: in `use` items with all their groups, in types, attributes and
//! the arguments of macros alike.

use std::{collections::BTreeSet, str::FromStr};

use proc_macro2::{Delimiter, Group, Ident, LexError, TokenStream, TokenTree};

/// A name that crosses the border of a top-level module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// What stands after `crate::` (or what `super::` comes to), that is a top-level module or something at the root.
    Ours(String),
    /// Another crate.
    Library(String),
}

/// All mentions in a file with their lines, in the order of the text.
///
/// `modules` is the path of the file's own module from the root of the crate; `libraries` are the names of other
/// crates to look out for.
///
/// # Errors
/// When the text is not made of Rust tokens.
pub fn mentions(
    source: &str,
    modules: &[&str],
    libraries: &BTreeSet<String>,
) -> Result<Vec<(usize, Mention)>, LexError> {
    let mut reader = Reader {
        libraries,
        found: Vec::new(),
    };
    let modules: Vec<String> = modules.iter().map(ToString::to_string).collect();
    reader.read(
        &TokenStream::from_str(source)?.into_iter().collect::<Vec<_>>(),
        &modules,
    );
    // `store::{Row, Table}` is one mention.
    reader.found.dedup();
    Ok(reader.found)
}

struct Reader<'a> {
    libraries: &'a BTreeSet<String>,
    found: Vec<(usize, Mention)>,
}

/// The length of a `::` at the start of the tokens, 0 if there is none.
fn separator(tokens: &[TokenTree]) -> usize {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), ..]
            if first.as_char() == ':' && first.spacing() == proc_macro2::Spacing::Joint && second.as_char() == ':' =>
        {
            2
        }
        _ => 0,
    }
}

fn is_keyword(token: Option<&TokenTree>, keyword: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(ident)) if ident == keyword)
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[TokenTree], modules: &[String]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = at.checked_sub(1).and_then(|before| tokens.get(before));
            at += 1;
            match token {
                TokenTree::Group(group) if is_keyword(before, "use") => self.branches(group, &[], modules),
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    match at.checked_sub(3).map(|two_before| &tokens[two_before..at - 1]) {
                        Some([TokenTree::Ident(word), TokenTree::Ident(name)]) if word == "mod" => {
                            self.read(&inner, &[modules, &[name.to_string()]].concat());
                        }
                        _ => self.read(&inner, modules),
                    }
                }
                TokenTree::Ident(ident) => {
                    let alone = is_keyword(before, "use")
                        || (is_keyword(before, "crate") && at >= 3 && is_keyword(tokens.get(at - 3), "extern"));
                    at += self.path(ident, &tokens[at..], &[], alone, modules);
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// Follows a path from its next name and returns how many tokens after that name belong to it.
    fn path(&mut self, first: &Ident, rest: &[TokenTree], prefix: &[String], alone: bool, modules: &[String]) -> usize {
        let mut path = [prefix, &[first.to_string()]].concat();
        let mut lines = vec![first.span().start().line; path.len()];
        let mut at = 0;
        loop {
            let step = separator(&rest[at..]);
            match rest.get(at + step) {
                Some(TokenTree::Ident(name)) if step > 0 => {
                    path.push(name.to_string());
                    lines.push(name.span().start().line);
                }
                Some(TokenTree::Group(group)) if step > 0 && group.delimiter() == Delimiter::Brace => {
                    self.branches(group, &path, modules);
                    return at + step + 1;
                }
                Some(TokenTree::Punct(star)) if step > 0 && star.as_char() == '*' => {
                    path.push("*".into());
                    lines.push(star.span().start().line);
                    self.record(&path, &lines, modules);
                    return at + step + 1;
                }
                _ => break,
            }
            at += step + 1;
        }
        // A single name is a path only where nothing else can stand; elsewhere it is a local name.
        if alone || path.len() > 1 {
            self.record(&path, &lines, modules);
        }
        at
    }

    /// The branches `{a::b, c, *}` behind a prefix.
    fn branches(&mut self, group: &Group, prefix: &[String], modules: &[String]) {
        let tokens: Vec<_> = group.stream().into_iter().collect();
        for branch in tokens.split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',')) {
            match &branch[separator(branch)..] {
                [TokenTree::Ident(name), rest @ ..] => {
                    self.path(name, rest, prefix, true, modules);
                }
                [TokenTree::Group(inner), ..] => self.branches(inner, prefix, modules),
                [TokenTree::Punct(star), ..] => {
                    let path = [prefix, &["*".to_owned()]].concat();
                    self.record(&path, &vec![star.span().start().line; path.len()], modules);
                }
                _ => {}
            }
        }
    }

    fn record(&mut self, path: &[String], lines: &[usize], modules: &[String]) {
        let ups = path
            .iter()
            .skip_while(|name| *name == "self")
            .take_while(|name| *name == "super")
            .count();
        let selves = path.iter().take_while(|name| *name == "self").count();
        let at_root = match path[0].as_str() {
            "crate" | "leernetwerk" => 1,
            "self" | "super" if ups == modules.len() => selves + ups,
            "self" | "super" => return,
            library => {
                if self.libraries.contains(library) {
                    self.found.push((lines[0], Mention::Library(library.to_owned())));
                }
                return;
            }
        };
        if let Some(name) = path.get(at_root) {
            self.found.push((lines[at_root], Mention::Ours(name.clone())));
        }
    }
}
