/** Checks that an answer contains views of domain objects, not the objects themselves. */
import assert from 'node:assert/strict'
import type { Catalogue, ProblemRequest } from '../src/http/problem_tables.ts'
import { describeProblem } from '../src/http/problems.ts'

const WIRE_NAME = /^[a-z0-9_]+$/

/** Names of the API are in snake_case, those of the domain in camelCase. Returns the problem document. */
export function onlyViewsGoOut(fault: Error, table: Catalogue, request: Partial<ProblemRequest> = {}) {
  const { document } = describeProblem(fault, table, {
    id: 'r',
    headers: {},
    principal: undefined,
    ...request,
  })
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
