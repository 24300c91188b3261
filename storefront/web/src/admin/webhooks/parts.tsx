import { admin } from '../../language/admin_texts.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy_text.ts'
import { TextField } from '../../ui/field.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { explainWebhook } from './explain_webhook.ts'
import type { Endpoint } from './queries.ts'

const TONES: Readonly<Record<Endpoint['state'], BadgeTone>> = {
  active: 'good',
  paused: 'neutral',
  gone: 'bad',
  failing: 'bad',
}

export const StateBadge = ({ state }: { state: Endpoint['state'] }) => (
  <Badge tone={TONES[state]}>{admin.webhooks.states[state]}</Badge>
)

export function Refused({ error, title }: { error: unknown; title: string }) {
  if (!error) return null
  const reason = explainWebhook(error)
  if (reason === undefined) return <ProblemNotice error={error} title={title} />
  return (
    <Notice live tone="bad" title={title}>
      {reason}
    </Notice>
  )
}

/** A text that is copied and not changed. */
export function CopyField({ label, hint, text }: { label: string; hint?: string; text: string }) {
  return (
    <div className="flex flex-wrap items-end gap-3">
      <TextField
        className="min-w-0 flex-1 basis-60"
        label={label}
        hint={hint}
        readOnly
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <Button onClick={() => void copyText(text, admin.webhooks)} className={hint ? 'mb-7' : ''}>
        {admin.webhooks.copy}
      </Button>
    </div>
  )
}

/** Shown once, after it was made. */
export function Secret({ secret, kept }: { secret: string; kept: () => void }) {
  return (
    <div className="grid gap-4 rounded-lg bg-warn-soft p-4">
      <p>{admin.webhooks.secretMore}</p>
      <CopyField label={admin.webhooks.secret} text={secret} />
      <Button tone="primary" className="justify-self-start" onClick={kept}>
        {admin.webhooks.secretKept}
      </Button>
    </div>
  )
}
