/**
 * Finds which test files execute which parts of which sources, by running each test file once. A mutant is run only with
 * the tests that execute it. Node strips types in place, so the offsets of V8 are those of the file.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runTest } from './run.ts'

/** A part of a file that ran or did not run. Of nested parts the innermost counts. */
type Range = readonly [start: number, end: number, ran: boolean]
export type Coverage = {
  readonly test: string
  readonly seconds: number
  /** Hashes of the test and of the sources that it loads, by path. If one changes, the test is run again. */
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

/** Undefined if the test fails without a mutant, or takes too long to be run for each mutant. */
export async function measureCoverage(
  tree: string,
  test: string,
  sources: readonly string[],
): Promise<Coverage | undefined> {
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
    const texts = Object.fromEntries(
      [test, ...Object.keys(ranges)].map((path) => [path, fileHash(tree, path)]),
    )
    return { test, seconds, texts, ranges }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const isCurrent = (tree: string, { texts }: Coverage): boolean =>
  Object.entries(texts).every(([path, text]) => fileHash(tree, path) === text)

/** The hash of a file; empty if the file does not exist. */
function fileHash(tree: string, path: string): string {
  const file = join(tree, path)
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : ''
}

/** A process that was killed leaves an incomplete report. */
function readReport(file: string): Report['result'] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Report).result
  } catch {
    return []
  }
}

export const runsAt = ({ ranges }: Coverage, path: string, offset: number): boolean =>
  (ranges[path] ?? []).some((one) => {
    let innermost: Range | undefined
    for (const range of one) {
      const [start, end] = range
      if (start > offset || end <= offset) continue
      if (!innermost || end - start <= innermost[1] - innermost[0]) innermost = range
    }
    return innermost?.[2] ?? false
  })
