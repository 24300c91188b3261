import { t } from '../language/texts.ts'
import { ANNOUNCEMENT, ANNOUNCEMENT_TEXT } from '../looks.ts'
import { shopSettings, textOf } from '../settings/current.ts'
import { Typed } from '../ui/typed.tsx'

/** A line of the shopkeeper above everything. */
export function Announcement() {
  const text = textOf(shopSettings().announcement)
  if (text === '') return null
  return (
    <aside aria-label={t.layout.announcement} className={ANNOUNCEMENT}>
      <Typed as="p" className={ANNOUNCEMENT_TEXT}>
        {text}
      </Typed>
    </aside>
  )
}
