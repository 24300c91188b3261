import { useSyncExternalStore } from 'react'
import { type Settings, shopSettings, watchSettings } from './current.ts'

/** Re-renders when the settings of the shop change. */
export const useSettings = (): Settings => useSyncExternalStore(watchSettings, shopSettings)
