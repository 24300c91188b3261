import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'

type Props = { form: string; changed: boolean; busy: boolean; undo: () => void }

/** Saves the form of the page. It stays in sight while there is something to save. */
export function SaveBar({ form, changed, busy, undo }: Props) {
  return (
    <div
      className={cx(
        'z-10 flex flex-wrap items-center gap-3 rounded-xl bg-surface p-4 shadow-rest',
        changed && 'sticky bottom-3 shadow-lift',
      )}
    >
      <Button type="submit" form={form} tone="primary" busy={busy} disabled={!changed}>
        {admin.productPage.save}
      </Button>
      {changed && (
        <Button tone="quiet" onClick={undo}>
          {admin.productPage.undo}
        </Button>
      )}
    </div>
  )
}
