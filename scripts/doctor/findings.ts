/** What a check found, and how it is printed. */
import type { Paint } from '../start/log_lines.ts'

export type Finding = {
  /** What is wrong, in a sentence. */
  readonly problem: string
  /** How to correct it, in a sentence. */
  readonly remedy: string
  /** Absent if a person has to decide. */
  readonly fix?: Fix
}

/** A fix that is safe: it can be repeated and destroys nothing. Resolves to a sentence about what it did. */
export type Fix = () => Promise<string>

export type Check = {
  readonly name: string
  /** What was checked, printed if nothing was found. */
  readonly summary: string
  readonly findings: readonly Finding[]
}

/** A finding, and what its fix did. */
export type FindingResult = Omit<Finding, 'fix'> & { readonly repairable: boolean; readonly done?: string }

export type CheckResult = {
  readonly name: string
  readonly summary: string
  readonly findings: readonly FindingResult[]
}

export type Report = { readonly ok: boolean; readonly checks: readonly CheckResult[] }

/** Findings of one check that are printed; the others are counted. `--json` has all. */
const PRINTED_MAX = 10

/** Applies the fixes one after the other, if `fixing`. The finding of a fix that fails remains. */
export async function applyFixes({ name, summary, findings }: Check, fixing: boolean): Promise<CheckResult> {
  const results: FindingResult[] = []
  for (const { problem, remedy, fix } of findings) {
    const finding = { problem, remedy, repairable: fix !== undefined }
    if (!fixing || !fix) {
      results.push(finding)
      continue
    }
    try {
      results.push({ ...finding, done: await fix() })
    } catch (error) {
      results.push({ ...finding, remedy: `${remedy} (The fix failed: ${(error as Error).message})` })
    }
  }
  return { name, summary, findings: results }
}

export function reportOf(checks: readonly CheckResult[]): Report {
  const left = checks.flatMap(({ findings }) => findings).filter(({ done }) => done === undefined)
  return { ok: left.length === 0, checks }
}

export function printReport({ ok, checks }: Report, paint: Paint): string {
  const lines = checks.flatMap(({ name, summary, findings }) => {
    if (findings.length === 0) return [`${paint('green', '✓')} ${name}: ${summary}`]
    const rest = findings.length - PRINTED_MAX
    return [
      `${paint('red', '✗')} ${name}`,
      ...findings.slice(0, PRINTED_MAX).flatMap((finding) => printFinding(finding, paint)),
      ...(rest > 0 ? [`    … and ${rest} more; --json lists all`] : []),
    ]
  })
  const repairable = checks.flatMap(({ findings }) => findings).some((f) => f.repairable && !f.done)
  const verdict = ok ? 'No fault was found.' : 'Faults were found; see above.'
  return [
    ...lines,
    '',
    paint(ok ? 'green' : 'red', verdict) +
      (repairable ? ' `npm run doctor -- --fix` applies the safe fixes.' : ''),
    '',
  ].join('\n')
}

function printFinding({ problem, remedy, done }: FindingResult, paint: Paint): string[] {
  return done === undefined
    ? [`    ${problem}`, `      ${paint('yellow', '→')} ${remedy}`]
    : [`    ${problem}`, `      ${paint('green', '✓ fixed:')} ${done}`]
}
