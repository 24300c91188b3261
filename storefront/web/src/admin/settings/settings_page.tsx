/** The settings of the shop. What is typed stays when someone else changes them; saving then asks first. */
import { leavesOf } from '@shop/product_service/domain/change_shop_settings'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { shopQuery } from '../../api/queries.ts'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import type { ShopSettings } from '../../api/types.ts'
import { useAnswer } from '../../api/use_answer.ts'
import { admin } from '../../language/admin_texts.ts'
import { formatList } from '../../language/formats.ts'
import { adopt } from '../../settings/current.ts'
import { Button } from '../../ui/button.tsx'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { PageTitle } from '../../ui/page_title.tsx'
import { Loading, Skeleton } from '../../ui/skeleton.tsx'
import { toast } from '../../ui/toast.ts'
import { AdminPage, Panel } from '../parts.tsx'
import { Colours } from './colour_fields.tsx'
import { type Change, changesIn, faultText, type Values, valuesOf } from './draft.ts'
import { LegalPages } from './legal_fields.tsx'
import { LogoField } from './logo_field.tsx'
import { Contact, Display, Identity } from './text_fields.tsx'

export default function SettingsPage() {
  const { data, error, isPending, refetch } = useAnswer(shopQuery())
  return (
    <AdminPage>
      <div className="grid gap-2">
        <PageTitle title={admin.settings.title}>{admin.settings.title}</PageTitle>
        <p className="max-w-2xl text-soft">{admin.settings.more}</p>
      </div>
      {error && !data && <ProblemNotice error={error} title={admin.settings.notShown} retry={refetch} />}
      {isPending && (
        <>
          <Loading what={admin.settings.loading} />
          <Skeleton className="h-96 rounded-xl" />
        </>
      )}
      {data && <Form settings={data} />}
    </AdminPage>
  )
}

function Form({ settings }: { settings: ShopSettings }) {
  const queries = useQueryClient()
  /** The settings the edit started from. Only an unedited form follows later versions. */
  const [draft, setDraft] = useState<{ seen: ShopSettings; values: Values }>()
  const [theirs, setTheirs] = useState<ShopSettings>()
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const { seen, values } = draft ?? { seen: settings, values: valuesOf(settings) }
  // From the draft of the moment: an upload ends when other fields have changed since it began.
  const change: Change = (next) =>
    setDraft((draft) => {
      const { seen, values } = draft ?? { seen: settings, values: valuesOf(settings) }
      return { seen, values: { ...values, ...next } }
    })
  const fault = faultText(values)

  const save = async (version: number) => {
    setBusy(true)
    setError(undefined)
    try {
      const body = { ...changesIn(valuesOf(seen), values), version }
      const saved = await dataOf(shop.products.PATCH('/shop', { body }))
      forget(saved)
      toast({ title: admin.settings.saved })
    } catch (failure) {
      const isChanged = failure instanceof ShopProblem && failure.code === 'settings_changed'
      if (isChanged) setTheirs(failure.document?.current as ShopSettings)
      else setError(failure)
    }
    setBusy(false)
  }
  const forget = (latest: ShopSettings) => {
    queries.setQueryData(shopQuery().queryKey, latest)
    void adopt(latest)
    setDraft(undefined)
    setTheirs(undefined)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (fault === undefined) void save(seen.version)
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-6">
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Identity values={values} change={change} />
        <LogoField values={values} change={change} />
        <Contact values={values} change={change} />
        <Display values={values} change={change} />
        <Colours values={values} change={change} />
      </div>
      <Panel title={admin.settings.legal}>
        <LegalPages values={values} change={change} />
      </Panel>
      {fault !== undefined && <Notice live tone="bad" title={fault} />}
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
              <Button size="sm" tone="primary" busy={busy} onClick={() => void save(theirs.version)}>
                {admin.settings.saveMine}
              </Button>
            </>
          }
        >
          {admin.settings.conflictMore(
            formatList(leavesOf(changesIn(valuesOf(seen), values)).map(([field]) => field)),
          )}
        </Notice>
      )}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" tone="primary" busy={busy} disabled={!draft}>
          {admin.settings.save}
        </Button>
        {draft && (
          <Button
            tone="quiet"
            onClick={() => {
              setDraft(undefined)
              setTheirs(undefined)
              setError(undefined)
            }}
          >
            {admin.settings.undo}
          </Button>
        )}
      </div>
    </form>
  )
}
