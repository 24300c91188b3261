/** What a check of a history finds. */
import type { Collected } from './collected.ts'
import { type Describe, describer } from './sentences.ts'

export const FAULT_KINDS = [
  /** The stores do not agree with themselves (tests/system/invariants.ts). */
  'store',
  'missing_version',
  'ledger',
  'double_sale',
  'stale_read',
  /** A version was shown before a lower one was asked for. */
  'version_order',
  'wrong_state',
  'lost_change',
  'change_made_twice',
  'change_without_request',
  'refused_without_reason',
  'lost_order',
  'key_with_two_orders',
  'illegal_transition',
  /** A caller saw or did what is not theirs. */
  'not_theirs',
  'cycle',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export type HistoryFault = { readonly kind: FaultKind; readonly sentence: string }

/** Of each kind: a broken rule often shows in thousands of operations. The others are counted. */
export const FAULTS_OF_A_KIND_MAX = 5

/** What the checks share: the history, and where they report. */
export type Checking = Collected & {
  report(kind: FaultKind, sentence: string): void
  has(...kinds: readonly FaultKind[]): boolean
  /** Where something could not be decided. */
  skip(what: string): void
  readonly describe: Describe
}

export type Findings = {
  readonly faults: readonly HistoryFault[]
  /** Of each kind, also those that are not listed. */
  readonly counts: ReadonlyMap<FaultKind, number>
  /** What could not be decided, and how often. */
  readonly skipped: ReadonlyMap<string, number>
}

export function createChecking(collected: Collected): { checking: Checking; findings: () => Findings } {
  const faults: HistoryFault[] = []
  const counts = new Map<FaultKind, number>()
  const skipped = new Map<string, number>()
  const checking: Checking = {
    ...collected,
    describe: describer(collected.operations),
    report(kind, sentence) {
      const count = (counts.get(kind) ?? 0) + 1
      counts.set(kind, count)
      if (count <= FAULTS_OF_A_KIND_MAX) faults.push({ kind, sentence })
    },
    has: (...kinds) => kinds.some((kind) => counts.has(kind)),
    skip: (what) => void skipped.set(what, (skipped.get(what) ?? 0) + 1),
  }
  return { checking, findings: () => ({ faults, counts, skipped }) }
}
