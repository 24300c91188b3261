/** Shown once: they are not stored here, and a hash is all the shop has. */
import { useEffect, useRef } from 'react'
import { own } from '../language/own_texts.ts'
import { useSession } from '../session/use_session.ts'
import { shopSettings } from '../settings/current.ts'
import { Button } from '../ui/button.tsx'
import { CopyButton } from './parts.tsx'

export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const { user } = useSession()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div className="printed-alone grid gap-4 rounded-lg bg-warn-soft p-5">
      <h3 ref={heading} tabIndex={-1} className="text-lg font-semibold outline-none">
        {own.recovery.title}
      </h3>
      <p className="hidden print:block">{own.recovery.paper(shopSettings().name, user?.username ?? '')}</p>
      <p>{own.recovery.more}</p>
      <ul
        aria-label={own.recovery.list}
        className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-x-6 gap-y-1.5 rounded-md bg-surface p-4 font-mono"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-3 print:hidden">
        <CopyButton text={codes.join('\n')} />
        <Button size="sm" onClick={() => print()}>
          {own.common.print}
        </Button>
        <Button size="sm" tone="primary" onClick={done}>
          {own.recovery.kept}
        </Button>
      </div>
    </div>
  )
}
