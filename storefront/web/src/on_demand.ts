/**
 * A page whose code is a chunk of its own. Once that is loaded, the page is shown at once: what React had to wait for, even for a
 * moment, it shows up to a third of a second later.
 */
import { type ComponentType, createElement, lazy, useState } from 'react'

export type Load = () => Promise<{ default: ComponentType }>

const loaded = new WeakMap<Load, ComponentType>()

/** Loads the code of the pages of `load`, so that they are shown at once. */
export async function fetchCode(load: Load): Promise<void> {
  loaded.set(load, (await load()).default)
}

export function onDemand(load: Load): ComponentType {
  const Awaited = lazy(load)
  // biome-ignore lint/correctness/noComponentHookFactories: called once for each page, while the module of the routes loads
  return function OnDemand() {
    // A page that was awaited stays the same component.
    const [Page] = useState(() => loaded.get(load) ?? Awaited)
    return createElement(Page)
  }
}
