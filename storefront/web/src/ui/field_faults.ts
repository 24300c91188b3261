import { ShopProblem } from '@shop/client/problem'
import { t } from '../language/texts.ts'

/** Found in messages for programs only: patterns, escapes, quoted code. */
const FOR_MACHINES = /[\\^{}"`|]/

/**
 * The first error of each field of a body that the service rejected: the service says what is wrong ("must not be
 * blank"), the form has the label. Undefined when it was rejected for another reason.
 */
export function faultsByField<Field extends string>(
  error: unknown,
  labels: Readonly<Record<Field, string>>,
): Partial<Record<Field, string>> | undefined {
  if (!(error instanceof ShopProblem) || error.code !== 'validation_failed') return undefined
  const errors = (error.document?.errors ?? []) as readonly { path: string; message: string }[]
  const faults: Partial<Record<Field, string>> = {}
  for (const { path, message } of errors) {
    const field = path.split('/')[1] as Field
    if (!(field in labels)) continue
    faults[field] ??= FOR_MACHINES.test(message)
      ? t.fault.format(labels[field])
      : t.fault.of(labels[field], message)
  }
  return Object.keys(faults).length === 0 ? undefined : faults
}

/** Why a new password was refused. */
export function refusedPassword(error: ShopProblem): string {
  const reasons: Readonly<Record<string, string>> = t.passwords
  return reasons[String(error.document?.reason)] ?? error.message
}
