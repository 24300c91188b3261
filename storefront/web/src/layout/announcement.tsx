import { t } from '../language/texts.ts'
import { shopSettings, textOf } from '../settings/current.ts'
import { Typed } from '../ui/typed.tsx'

/** A line of the shopkeeper above everything. */
export function Announcement() {
  const text = textOf(shopSettings().announcement)
  if (text === '') return null
  return (
    <aside aria-label={t.layout.announcement} className="bg-accent text-on-accent">
      <Typed as="p" className="page py-2 text-center text-sm font-semibold">
        {text}
      </Typed>
    </aside>
  )
}
