import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useRef, useState } from 'react'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatList } from '../../language/formats.ts'
import { Button } from '../../ui/button.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { SaveBar } from '../products/save_bar.tsx'
import { useKeptDraft } from '../use_kept_draft.ts'
import { type CheckoutSettings, type Draft, draftOf, type Faults, readDraft, type Wanted } from './draft.ts'
import { changedSections, merged } from './merge.ts'
import { refusedPaths } from './refused_paths.ts'
import { ShippingPart } from './shipping_part.tsx'
import { PricesPart, TaxPart } from './tax_part.tsx'

/** `seen` are the settings that the edit started from. Only an unedited form follows later versions. */
type Edit = { readonly seen: CheckoutSettings; readonly draft: Draft }

export function CheckoutForm({
  settings,
  queryKey,
}: {
  settings: CheckoutSettings
  queryKey: readonly unknown[]
}) {
  const form = useId()
  const element = useRef<HTMLFormElement>(null)
  const queries = useQueryClient()
  const [edit, keep] = useKeptDraft<Edit>('checkout')
  const [shown, setShown] = useState(() => ({ of: settings, draft: draftOf(settings) }))
  if (shown.of !== settings) setShown({ of: settings, draft: draftOf(settings) })
  const [theirs, setTheirs] = useState<CheckoutSettings>()
  const [faults, setFaults] = useState<Faults>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const { seen, draft } = edit ?? { seen: settings, draft: shown.draft }
  const change = (next: Partial<Draft>) => keep({ seen, draft: { ...draft, ...next } })

  const forget = (latest: CheckoutSettings) => {
    queries.setQueryData(queryKey, latest)
    keep(undefined)
    setTheirs(undefined)
    setFaults({})
    setError(undefined)
  }
  const showFaults = (found: Faults) => {
    setFaults(found)
    setTimeout(() => element.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus())
  }
  const save = async (wanted: Wanted, version: number) => {
    setBusy(true)
    setError(undefined)
    try {
      forget(await dataOf(shop.orders.PUT('/checkout_settings', { body: { ...wanted, version } })))
      toast({ title: admin.settings.saved })
    } catch (failure) {
      const isChanged = failure instanceof ShopProblem && failure.code === 'settings_changed'
      const refused = refusedPaths(failure)
      if (isChanged) setTheirs(failure.document?.current as CheckoutSettings)
      else if (refused) showFaults(refused)
      else setError(failure)
    }
    setBusy(false)
  }
  const read = () => {
    const { wanted, faults: found } = readDraft(draft, seen)
    const fits = Object.keys(found).length === 0
    if (fits) setFaults({})
    else showFaults(found)
    return fits ? wanted : undefined
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const wanted = read()
    if (wanted) void save(wanted, seen.version)
  }
  const saveMine = (latest: CheckoutSettings) => {
    const wanted = read()
    if (wanted) void save(merged(seen, wanted, latest), latest.version)
  }
  const props = { draft, change, faults }
  return (
    <form
      ref={element}
      id={form}
      noValidate
      onSubmit={submit}
      className="grid grid-cols-[minmax(0,1fr)] gap-6"
    >
      <PricesPart {...props} />
      <TaxPart {...props} />
      <ShippingPart {...props} currency={seen.currency} />
      {Object.keys(faults).length > 0 && <Notice live tone="bad" title={admin.checkout.faulty} />}
      {error !== undefined && <ProblemNotice error={error} title={admin.settings.notSaved} />}
      {theirs && (
        <Notice
          live
          tone="warn"
          title={admin.settings.conflict}
          action={
            <>
              <Button size="sm" onClick={() => forget(theirs)}>
                {admin.settings.keepTheirs}
              </Button>
              <Button size="sm" tone="primary" busy={busy} onClick={() => saveMine(theirs)}>
                {admin.settings.saveMine}
              </Button>
            </>
          }
        >
          {admin.settings.conflictMore(
            formatList(
              changedSections(seen, readDraft(draft, seen).wanted).map(
                (section) => admin.checkout.sections[section],
              ),
            ),
          )}
        </Notice>
      )}
      <SaveBar form={form} changed={edit !== undefined} busy={busy} undo={() => forget(theirs ?? settings)} />
    </form>
  )
}
