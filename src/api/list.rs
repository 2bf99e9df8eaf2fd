//! Lists: `{"items":[…],"next":"<cursor>"|null}`, at most `limit` at a time.

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// Most items of one answer, and how many come unasked.
const LIMIT_MAX: i64 = 200;
const LIMIT_DEFAULT: i64 = 50;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// 1 to 200.
    pub limit: Option<i64>,
    /// `next` of the part before.
    pub cursor: Option<String>,
}

/// The number of items to answer.
///
/// # Errors
/// `bad_request` outside of 1 to 200.
pub fn limit(asked: Option<i64>) -> Result<i64, ApiError> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(number) if (1..=LIMIT_MAX).contains(&number) => Ok(number),
        Some(_) => Err(ApiError::bad_request(format!("limit is 1 to {LIMIT_MAX}"))),
    }
}

/// The answer for a part that the store cut.
pub fn answer<T: Serialize>(items: &[T], next: Option<String>) -> HttpResponse {
    #[derive(Serialize)]
    struct Answer<'a, T> {
        items: &'a [T],
        next: Option<String>,
    }
    HttpResponse::Ok().json(Answer { items, next })
}

/// Cuts the wanted part out of a list that is read as a whole. `name` is an item's id; the cursor is that of the last item.
///
/// # Errors
/// `bad_request` for a limit out of range or a cursor that is not in the list.
pub fn cut<T>(
    mut items: Vec<T>,
    part: &Part,
    name: impl Fn(&T) -> String,
) -> Result<(Vec<T>, Option<String>), ApiError> {
    let limit = usize::try_from(limit(part.limit)?).unwrap_or(1);
    if let Some(cursor) = &part.cursor {
        let place = items.iter().position(|item| name(item) == *cursor);
        let place =
            place.ok_or_else(|| ApiError::bad_request("the list has changed; start again without cursor"))?;
        items.drain(..=place);
    }
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(name) } else { None };
    Ok((items, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_without_gap_or_overlap() {
        let all: Vec<i32> = (0..5).collect();
        let mut part = Part { limit: Some(2), cursor: None };
        let mut seen = Vec::new();
        loop {
            let (items, next) = cut(all.clone(), &part, ToString::to_string).unwrap();
            seen.extend(items);
            if next.is_none() {
                break;
            }
            part.cursor = next;
        }
        assert_eq!(seen, all);
        for bad in [Some(0), Some(201), Some(-1)] {
            assert!(limit(bad).is_err());
        }
        assert!(cut(all, &Part { limit: None, cursor: Some("9".into()) }, ToString::to_string).is_err());
    }
}
