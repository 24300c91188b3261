import { useSyncExternalStore } from 'react'
import type { Language } from './languages.ts'
import { currentLanguage, watchLanguage } from './switch.ts'

/** Re-renders when the language changes. */
export const useLanguage = (): Language => useSyncExternalStore(watchLanguage, currentLanguage)
