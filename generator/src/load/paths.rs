//! Paths, their parameters and their responses, which both dialects read alike.

use std::cell::RefCell;

use openapiv3::{Operation, PathItem, Paths, ReferenceOr, Response, Responses};

use super::operations::{self, Declared, Names};
use super::places::{OperationPlaces, Places};
use super::reader::Node;
use super::references::{Dialect, References};
use crate::document::Fault;

/// What a dialect knows of paths.
pub(super) trait PathReader<'d> {
    /// A parameter as it is declared.
    type Parameter: Clone;

    fn references(&self) -> &References<'d>;

    /// Where what was read is in the file.
    fn places(&self) -> &RefCell<Places>;

    /// Reads a key of a path that only this dialect has; false if it is unknown.
    fn path_key(&self, key: &str, node: &Node<'_, 'd>, item: &mut PathItem) -> Result<bool, Fault>;

    /// Reads a parameter that is not a reference.
    fn own_parameter(&self, node: &Node<'_, 'd>) -> Result<Declared<Self::Parameter>, Fault>;

    fn operation(
        &self,
        node: &Node<'_, 'd>,
        placeholders: &[&str],
        shared: &[Declared<Self::Parameter>],
    ) -> Result<(Operation, OperationPlaces), Fault>;

    fn paths(&self, node: &Node<'_, 'd>) -> Result<Paths, Fault> {
        let mut paths = Paths::default();
        let mut names = Names::new(self.references().root());
        node.entries("the paths", |path, node| {
            if path.starts_with("x-") {
                paths
                    .extensions
                    .insert(path.to_owned(), node.json.to_value());
                return Ok(());
            }
            match self.path(path, &node, &mut names) {
                Ok(item) => drop(paths.paths.insert(path.to_owned(), ReferenceOr::Item(item))),
                Err(fault) => operations::leave_out_path(path, &node, &fault),
            }
            Ok(())
        })?;
        Ok(paths)
    }

    fn path(
        &self,
        path: &'d str,
        node: &Node<'_, 'd>,
        names: &mut Names<'d>,
    ) -> Result<PathItem, Fault> {
        match node.reference() {
            Some(reference) => self.references().follow(&reference, |target| {
                self.path_item(path, &target, names, target.at.is_in_paths())
            }),
            None => self.path_item(path, node, names, false),
        }
    }

    /// The operations of a path that can be read.
    fn path_item(
        &self,
        path: &'d str,
        node: &Node<'_, 'd>,
        names: &mut Names<'d>,
        is_copy: bool,
    ) -> Result<PathItem, Fault> {
        let placeholders = operations::placeholders(path, node)?;
        let shared = match node.get("parameters") {
            Some(node) => operations::declare(&node, &placeholders, |node| self.parameter(node))?,
            None => Vec::new(),
        };
        let mut item = PathItem::default();
        item.extensions = node.strict_fields("a path", |key, node| {
            let method = match key {
                "get" => &mut item.get,
                "put" => &mut item.put,
                "post" => &mut item.post,
                "delete" => &mut item.delete,
                "options" => &mut item.options,
                "head" => &mut item.head,
                "patch" => &mut item.patch,
                "trace" if self.references().dialect() == Dialect::OpenApi3 => &mut item.trace,
                "parameters" => return Ok(true),
                _ => return self.path_key(key, &node, &mut item),
            };
            let read = self.operation(&node, &placeholders, &shared).and_then(
                |(mut operation, places)| {
                    names.add(&node, &mut operation, (key, path), is_copy)?;
                    Ok((operation, places))
                },
            );
            match read {
                Ok((operation, places)) => {
                    self.places().borrow_mut().add(path, key, places);
                    *method = Some(operation);
                }
                Err(fault) => {
                    let name = operations::called(node.json, key, path);
                    node.notes.leave_out(name, key, path, fault);
                }
            }
            Ok(true)
        })?;
        Ok(item)
    }

    fn parameter(&self, node: &Node<'_, 'd>) -> Result<Declared<Self::Parameter>, Fault> {
        self.references()
            .resolve(node, |node| self.own_parameter(node))
    }

    /// Reads the responses of an operation, each with `read`.
    fn responses(
        &self,
        node: &Node<'_, 'd>,
        places: &mut OperationPlaces,
        read: impl Fn(&Node<'_, 'd>) -> Result<Response, Fault>,
    ) -> Result<Responses, Fault> {
        let mut responses = Responses::default();
        node.entries("the responses", |key, node| {
            if key.starts_with("x-") {
                responses
                    .extensions
                    .insert(key.to_owned(), node.json.to_value());
                return Ok(());
            }
            let Some(status) = operations::status(key, &node) else {
                return Ok(());
            };
            let read = |node: &Node<'_, 'd>| Ok((read(node)?, node.at.pointer()));
            let (response, place) = self.references().resolve(&node, read)?;
            places.responses.push((key.to_owned(), place));
            let response = ReferenceOr::Item(response);
            match status {
                Some(status) => drop(responses.responses.insert(status, response)),
                None => responses.default = Some(response),
            }
            Ok(())
        })?;
        Ok(responses)
    }
}
