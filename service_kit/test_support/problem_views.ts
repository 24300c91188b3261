/** That an answer shows views of the objects a fault carries, and never these as they are. */
import assert from 'node:assert/strict'
import type { Asked, Catalogue } from '../src/http/problem_tables.ts'
import { describeProblem } from '../src/http/problems.ts'

const WIRE_NAME = /^[a-z0-9_]+$/

/** Names of the wire are in snake_case, and those of a domain in camelCase. Returns the document. */
export function onlyViewsGoOut(fault: Error, table: Catalogue, asked: Partial<Asked> = {}) {
  const { document } = describeProblem(fault, table, { id: 'r', headers: {}, principal: undefined, ...asked })
  assert.notEqual(document.code, 'internal_error')
  const wrong = namesIn(document).filter((name) => !WIRE_NAME.test(name))
  assert.deepEqual(wrong, [], `${document.code} shows names of the domain`)
  return document
}

const namesIn = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, each]) =>
        Array.isArray(value) ? namesIn(each) : [name, ...namesIn(each)],
      )
