/** The user's own presets, and which styles (of theirs and of the catalogue) are favourites or were used. */
export const ownStylesSql = `
CREATE TABLE own_styles (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  -- all that the user said of it, JSON; the pictures stand beside it as well, so that they stay as long as it does
  content TEXT NOT NULL,
  sample_asset_id TEXT REFERENCES assets (id),
  style_asset_id TEXT REFERENCES assets (id),
  created_at INTEGER NOT NULL,
  -- removed ones stay: results name them
  removed_at INTEGER
) STRICT;
CREATE INDEX own_styles_sample ON own_styles (sample_asset_id) WHERE sample_asset_id IS NOT NULL;
CREATE INDEX own_styles_style ON own_styles (style_asset_id) WHERE style_asset_id IS NOT NULL;
CREATE TABLE style_marks (
  style_id TEXT NOT NULL PRIMARY KEY,
  favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1)),
  -- larger is later; 0 = never used
  used INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
`
