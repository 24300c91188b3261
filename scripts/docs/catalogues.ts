/** Each problem, under the service that documents it. */
import type { Catalogue } from '@shop/service_kit/http/problem_tables'
import { NOTES } from './error_notes.ts'
import { type Owner, TABLES } from './problem_tables.ts'

export type OwnedCatalogue = {
  readonly owner: Owner
  readonly problems: Catalogue<string, never>
  /** When each happens and what to do, by code. */
  readonly notes: Readonly<Record<string, string>>
}

/** A code of the kit is left out of the services that have no note of their own about it. */
const owned = ([owner, table]: [string, Catalogue<string, never>]): OwnedCatalogue => {
  const notes: Readonly<Record<string, string>> = NOTES[owner as Owner]
  const problems = Object.fromEntries(Object.entries(table).filter(([code]) => code in notes))
  return { owner: owner as Owner, problems, notes }
}

export const CATALOGUES: readonly OwnedCatalogue[] =
  Object.entries<Catalogue<string, never>>(TABLES).map(owned)
