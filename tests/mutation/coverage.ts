/**
 * Which test file runs which part of which source, found once by running each alone: a mutant is shown only to the
 * tests that can notice it. Node strips types in place, so V8's offsets are those of the file.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runTest } from './run.ts'

/** Parts of a file that ran or did not; of nested ones the innermost counts. */
type Range = readonly [start: number, end: number, ran: boolean]
export type Seen = {
  readonly test: string
  readonly seconds: number
  /** What was looked at, by path: with another text of the test or of a source that it loads, it is looked at again. */
  readonly texts: Readonly<Record<string, string>>
  /** By source, one list for each process that loaded it. */
  readonly ranges: Readonly<Record<string, readonly (readonly Range[])[]>>
}

type Report = {
  result: {
    url: string
    functions: { ranges: { startOffset: number; endOffset: number; count: number }[] }[]
  }[]
}

export const BASELINE_MS_MAX = 180_000

/** Undefined when the test fails on the tree as it is, or takes too long to be asked about each mutant. */
export async function see(tree: string, test: string, sources: readonly string[]): Promise<Seen | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'shop_coverage_'))
  try {
    const startedAt = performance.now()
    const ending = await runTest(tree, test, BASELINE_MS_MAX, { NODE_V8_COVERAGE: folder })
    if (ending !== 'passed') return undefined
    const seconds = (performance.now() - startedAt) / 1000
    const names = new Map(sources.map((path) => [pathToFileURL(join(tree, path)).href, path]))
    const ranges: Record<string, Range[][]> = {}
    for (const file of globSync('*.json', { cwd: folder })) {
      for (const { url, functions } of readReport(join(folder, file))) {
        const path = names.get(url)
        if (path === undefined) continue
        ranges[path] ??= []
        ranges[path].push(
          functions.flatMap((one) =>
            one.ranges.map((range): Range => [range.startOffset, range.endOffset, range.count > 0]),
          ),
        )
      }
    }
    const texts = Object.fromEntries([test, ...Object.keys(ranges)].map((path) => [path, textOf(tree, path)]))
    return { test, seconds, texts, ranges }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const isStill = (tree: string, { texts }: Seen): boolean =>
  Object.entries(texts).every(([path, text]) => textOf(tree, path) === text)

/** A hash of it; empty of a file that is gone. */
function textOf(tree: string, path: string): string {
  const file = join(tree, path)
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''
}

/** A process that was killed leaves half a report. */
function readReport(file: string): Report['result'] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Report).result
  } catch {
    return []
  }
}

export const runsAt = ({ ranges }: Seen, path: string, offset: number): boolean =>
  (ranges[path] ?? []).some((one) => {
    let innermost: Range | undefined
    for (const range of one) {
      const [start, end] = range
      if (start > offset || end <= offset) continue
      if (!innermost || end - start <= innermost[1] - innermost[0]) innermost = range
    }
    return innermost?.[2] ?? false
  })
