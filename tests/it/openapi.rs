//! The description for programs lists exactly the URLs there are.

use std::collections::BTreeSet;

use serde_json::Value;
use switchboard::api;

use crate::support::app::TestApp;

fn described(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect()
}

#[actix_web::test]
async fn it_lists_exactly_our_urls() {
    let app = TestApp::sqlite().await;
    let document = app.stranger().get("/api/v1/openapi.json").await.good();
    let ours: BTreeSet<String> =
        api::paths().into_iter().map(|(method, path)| format!("{method} {path}")).collect();
    let described = described(&document);
    let missing: Vec<_> = ours.difference(&described).collect();
    let too_many: Vec<_> = described.difference(&ours).collect();
    assert!(missing.is_empty() && too_many.is_empty(), "missing {missing:?}, too many {too_many:?}");
}

#[actix_web::test]
async fn every_reference_and_path_parameter_is_there() {
    let app = TestApp::sqlite().await;
    let document = app.stranger().get("/api/v1/openapi.json").await.good();
    let text = document.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{path}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let given: BTreeSet<&str> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            let wanted: BTreeSet<&str> =
                path.split('{').skip(1).map(|part| part.split('}').next().unwrap()).collect();
            assert_eq!(given, wanted, "{path}");
        }
    }
}
