import { useEffect, useState } from 'react'
import { useLocation } from 'react-router'

/**
 * What the address shows, or what was chosen until the page has drawn that address: a control reacts at once, and a second choice
 * adds to the first one. The history of the browser moves at once, and the page follows, perhaps not through every step: when it
 * shows the entry that is current, nothing is awaited any more, whatever led there.
 */
export function useWanted<T>(value: T) {
  const { key } = useLocation()
  const [wanted, want] = useState<{ readonly value: T }>()
  useEffect(() => {
    const { key: current = FIRST_KEY } = (history.state ?? {}) as { key?: string }
    if (key === current) want(undefined)
  }, [key])
  return [wanted ? wanted.value : value, (next: T) => want({ value: next })] as const
}

/** Of the entry with which the visit begins. */
const FIRST_KEY = 'default'
