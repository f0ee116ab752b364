//! What the caller asks for, before it becomes HTTP.
