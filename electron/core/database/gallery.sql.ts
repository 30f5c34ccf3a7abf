/** What the gallery adds to the results: their words, collections of them, and each picture's way through its versions. */
export const gallerySchema = `
-- Tokens are made by gallery/words (Chinese has no spaces: it is indexed by pairs of characters); the text itself is not kept twice.
-- What is filtered by most stands beside the words, so that a common word with a filter is one walk through two short lists.
CREATE VIRTUAL TABLE result_words USING fts5 (
  words, facets, content = '', contentless_delete = 1, prefix = '1 2', tokenize = 'unicode61 remove_diacritics 2'
);
-- 0 = its words are not in the index yet; a larger index of an older Recast is made while the app runs
ALTER TABLE results ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1));
CREATE INDEX results_made ON results (made_at, seq);
CREATE INDEX results_kind ON results (kind);
CREATE INDEX results_style ON results (style);
CREATE INDEX results_engine ON results (engine);
CREATE INDEX results_workflow ON results (workflow);
CREATE INDEX results_unindexed ON results (seq) WHERE indexed = 0;
-- what emptying the trash asks: is this picture still the input of something
CREATE INDEX jobs_input ON jobs (input_asset_id);
CREATE INDEX jobs_style_asset ON jobs (style_asset_id) WHERE style_asset_id IS NOT NULL;
CREATE INDEX pictures_current ON pictures (current_asset_id);
CREATE INDEX pictures_trashed ON pictures (trashed_at) WHERE trashed_at IS NOT NULL;

CREATE TABLE collections (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  position REAL NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE collection_results (
  collection_seq INTEGER NOT NULL REFERENCES collections (seq) ON DELETE CASCADE,
  result_seq INTEGER NOT NULL REFERENCES results (seq) ON DELETE CASCADE,
  position REAL NOT NULL,
  PRIMARY KEY (collection_seq, result_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_order ON collection_results (collection_seq, position, result_seq);
CREATE INDEX collection_of_result ON collection_results (result_seq);

-- The versions that a picture had, in the order in which they were applied; pictures.step is where it stands.
CREATE TABLE picture_steps (
  picture_seq INTEGER NOT NULL REFERENCES pictures (seq) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  asset_id TEXT NOT NULL REFERENCES assets (id),
  PRIMARY KEY (picture_seq, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_steps_asset ON picture_steps (asset_id);
ALTER TABLE pictures ADD COLUMN step INTEGER NOT NULL DEFAULT 0;
`
