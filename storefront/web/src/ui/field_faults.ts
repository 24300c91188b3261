import { ShopProblem } from '@shop/client/problem'

/** What only machines write: patterns, escapes, quoted code. */
const FOR_MACHINES = /[\\^{}"`|]/

/**
 * The first fault of each field of a body the service refused: the service says what is wrong ("must not be blank"),
 * the form what it is called. Undefined when it was refused for another reason.
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
    faults[field] ??=
      `${labels[field]} ${FOR_MACHINES.test(message) ? 'has a format that is not allowed' : message}.`
  }
  return Object.keys(faults).length === 0 ? undefined : faults
}
