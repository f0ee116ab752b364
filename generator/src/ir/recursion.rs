//! Which fields are boxed: those through which a model would hold itself, were it written in place.

use super::model::{Model, ModelId, Type};

/// Boxes every field that holds a model of the same circle. Lists and maps keep their items elsewhere and need no box, and so
/// do not close a circle.
pub(crate) fn box_circles(models: &mut [Model]) {
    let edges: Vec<Vec<ModelId>> = models
        .iter()
        .map(|model| {
            model
                .fields
                .iter()
                .filter_map(|field| held(&field.ty))
                .collect()
        })
        .collect();
    let circles = components(&edges);
    for (id, model) in models.iter_mut().enumerate() {
        for field in &mut model.fields {
            field.boxed = held(&field.ty).is_some_and(|target| circles[target] == circles[id]);
        }
    }
}

/// The model that a value of a type has in it.
fn held(ty: &Type) -> Option<ModelId> {
    match ty {
        Type::Model(id) => Some(*id),
        _ => None,
    }
}

/// The strongly connected component of each node (Tarjan, with a stack of its own: a chain can be as long as the spec).
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let count = edges.len();
    let mut index = vec![NEW; count];
    let mut low = vec![0; count];
    let mut component = vec![NEW; count];
    let mut open: Vec<usize> = Vec::new();
    let mut next_index = 0;
    let mut next_component = 0;
    for start in 0..count {
        if index[start] != NEW {
            continue;
        }
        let mut work = vec![(start, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                index[node] = next_index;
                low[node] = next_index;
                next_index += 1;
                open.push(node);
            } else {
                // Back from the edge before.
                let target = edges[node][edge - 1];
                if component[target] == NEW {
                    low[node] = low[node].min(low[target]);
                }
            }
            if let Some(&target) = edges[node].get(edge) {
                work.push((node, edge + 1));
                if index[target] == NEW {
                    work.push((target, 0));
                }
                continue;
            }
            if low[node] == index[node] {
                while let Some(member) = open.pop() {
                    component[member] = next_component;
                    if member == node {
                        break;
                    }
                }
                next_component += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::model::{Docs, Field};

    fn model(fields: Vec<Type>) -> Model {
        let fields = fields
            .into_iter()
            .map(|ty| Field {
                name: String::new(),
                wire_name: String::new(),
                ty,
                boxed: false,
                read_only: false,
                required: false,
                deprecated: false,
                secret: false,
                docs: Docs::default(),
            })
            .collect();
        Model {
            fields,
            ..Model::default()
        }
    }

    fn boxed(models: Vec<Vec<Type>>) -> Vec<Vec<bool>> {
        let mut models: Vec<Model> = models.into_iter().map(model).collect();
        box_circles(&mut models);
        models
            .iter()
            .map(|model| model.fields.iter().map(|field| field.boxed).collect())
            .collect()
    }

    #[test]
    fn only_circles_are_boxed() {
        let list = |id| Type::List(Box::new(Type::Model(id)));
        let map = |id| Type::Map(Box::new(Type::Model(id)));
        assert_eq!(
            boxed(vec![
                // Itself, a list and a map of itself, and a model outside of any circle.
                vec![Type::Model(0), list(0), map(0), Type::Model(3)],
                // A circle of two.
                vec![Type::Model(2), Type::String],
                vec![Type::Model(1), Type::Model(0)],
                vec![],
                // A circle that only a list closes.
                vec![Type::Model(5)],
                vec![list(4)],
            ]),
            [
                vec![true, false, false, false],
                vec![true, false],
                vec![true, false],
                vec![],
                vec![false],
                vec![false],
            ]
        );
    }

    #[test]
    fn a_long_chain_is_no_problem() {
        let count = 200_000;
        let mut edges: Vec<Vec<usize>> = (0..count).map(|node| vec![node + 1]).collect();
        edges.push(vec![0]);
        let component = components(&edges);
        assert!(component.iter().all(|member| *member == component[0]));
    }
}
