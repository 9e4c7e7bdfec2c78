"""The live picture: camera state, clicks and the reading under the pointer."""
