import { useEffect, useRef, useState } from 'react'

/**
 * What the address shows, or what was chosen until the address has it: a control reacts at once, and a second choice adds to
 * the first one. `key` names the value; of another value that the address gets, such as by the back button, that is shown.
 */
export function useWanted<T>(value: T, key: string) {
  const [wanted, setWanted] = useState<{ readonly value: T }>()
  /** What is not in the address yet, oldest first. */
  const asked = useRef<string[]>([])
  useEffect(() => {
    const at = asked.current.indexOf(key)
    asked.current.splice(0, at < 0 ? asked.current.length : at + 1)
    if (asked.current.length === 0) setWanted(undefined)
  }, [key])
  const want = (next: T, nextKey: string) => {
    asked.current.push(nextKey)
    setWanted({ value: next })
  }
  return [wanted ? wanted.value : value, want] as const
}
