"""Files of the store: durable writes, the folder's layout, sealed pictures and keys."""
