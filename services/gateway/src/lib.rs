//! Facts in over HTTP: checked, authorised, appended, acknowledged when durable.
