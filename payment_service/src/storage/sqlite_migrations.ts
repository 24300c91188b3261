/** The folder of the migrations of our SQLite file. */
export const MIGRATIONS = new URL('./migrations/', import.meta.url)
