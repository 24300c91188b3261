import { useEffect, useState } from 'react'

/** The value of the address, or the chosen one until the address has it, so that a control reacts at once. `key` names the value. */
export function useShown<T>(value: T, key: string | boolean) {
  const [shown, show] = useState(value)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the value
  useEffect(() => show(value), [key])
  return [shown, show] as const
}
