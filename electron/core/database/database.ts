import type BetterSqlite3 from 'better-sqlite3'

/** An open connection of the data folder's database (see open.ts for how it is opened and guarded). */
export type Database = BetterSqlite3.Database
