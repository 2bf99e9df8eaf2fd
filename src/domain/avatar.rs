//! Pictures of members.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::ids::MemberId;

/// Most bytes of a picture.
pub const AVATAR_BYTES_MAX: usize = 1024 * 1024;

/// Most pixels of each side of a picture.
pub const AVATAR_SIDE_MAX: u32 = 4_096;

/// Names a picture: 256 random bits as hex text. Whoever knows it may fetch the picture, and a new picture has a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(as = "String"))]
#[serde(transparent)]
pub struct AvatarId(pub String);

/// The pictures of those members who have one.
pub type Faces = HashMap<MemberId, AvatarId>;
