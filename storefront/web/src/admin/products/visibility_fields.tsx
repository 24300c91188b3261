/** Is it on sale, from when, and at which address. */
import { admin } from '../../language/admin_texts.ts'
import { cx } from '../../ui/cx.ts'
import { TextField } from '../../ui/field.tsx'
import type { Texts } from './conflict.ts'
import type { Faults } from './field_text.ts'
import { localTime, utcTime } from './local_time.ts'

type Props = {
  texts: Texts
  faults: Faults
  /** The id of the form that these fields belong to. */
  form: string
  set: (texts: Texts) => void
}

const STATUSES = ['published', 'draft'] as const

export function VisibilityFields({ texts, faults, form, set }: Props) {
  const { status, slug, publish_at = '' } = texts
  return (
    <div className="grid gap-5">
      <fieldset className="grid gap-2">
        <legend className="sr-only">{admin.fields.labels.status}</legend>
        {STATUSES.map((each) => (
          <label
            key={each}
            className={cx(
              'flex cursor-pointer items-start gap-3 rounded-md border p-3 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
              status === each ? 'border-accent bg-accent-soft' : 'border-edge hover:bg-sunken',
            )}
          >
            <input
              type="radio"
              name="status"
              form={form}
              checked={status === each}
              // What is published has no time of publishing.
              onChange={() => set({ status: each, ...(each === 'published' ? { publish_at: '' } : {}) })}
              className="mt-1 size-4 accent-accent"
            />
            <span>
              <span className="block font-semibold">{admin.fields.statuses[each]}</span>
              <span className={cx('block text-sm', status !== each && 'text-soft')}>
                {admin.fields.statusMore[each]}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      {status === 'draft' && (
        <TextField
          type="datetime-local"
          form={form}
          label={admin.fields.labels.publish_at}
          hint={admin.fields.publishAtMore}
          value={localTime(publish_at)}
          error={faults.publish_at}
          onChange={({ currentTarget }) => set({ publish_at: utcTime(currentTarget.value) })}
        />
      )}
      {slug !== undefined && (
        <TextField
          form={form}
          label={admin.fields.labels.slug}
          hint={admin.fields.slugMore}
          value={slug}
          error={faults.slug}
          onChange={({ currentTarget }) => set({ slug: currentTarget.value })}
        />
      )}
    </div>
  )
}
