import type { ShopProblem } from '../api/shop.ts'

/** A sentence for people: it begins like one and ends like one, and holds no pattern of a machine. */
const SENTENCE = /^\p{Lu}[^^{}\\]*[.!?]$/u

/** The first fault of each field of a body the service refused, as a sentence. */
export function faultsByField(problem: ShopProblem): Record<string, string | undefined> {
  const errors = (problem.document?.errors ?? []) as readonly { path: string; message: string }[]
  const faults: Record<string, string> = {}
  for (const { path, message } of errors) {
    const field = path.split('/')[1]
    if (field) faults[field] ??= SENTENCE.test(message) ? message : 'The shop does not take this as it is.'
  }
  return faults
}
