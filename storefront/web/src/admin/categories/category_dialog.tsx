/** Adds a category, or edits one. What is typed stays when someone else changes the category; saving then asks first. */
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { dataOf, ShopProblem, shop } from '../../api/shop.ts'
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { faultsByField } from '../../ui/field_faults.ts'
import { Notice, ProblemNotice } from '../../ui/notice.tsx'
import { toast } from '../../ui/toast.ts'
import { Typed } from '../../ui/typed.tsx'
import { changesIn, newValues, type Values, valuesOf } from './draft.ts'
import { PlaceFields } from './place_fields.tsx'
import { type Category, currentOf, forgetTree, type Tree } from './tree.ts'

/** A category, or the parent of a new one. */
export type Editing = { readonly category: Category } | { readonly parentId: string | null }

type Props = { tree: Tree; editing: Editing | undefined; close: () => void }

export function CategoryDialog({ tree, editing, close }: Props) {
  /** Still shown while the dialog disappears. */
  const [last, setLast] = useState(editing)
  if (editing && editing !== last) setLast(editing)
  return (
    <Dialog
      open={editing !== undefined}
      onOpenChange={(open) => !open && close()}
      title={last && 'category' in last ? admin.categories.edit : admin.categories.add}
    >
      {last && <Form tree={tree} editing={last} close={close} />}
    </Dialog>
  )
}

function Form({ tree, editing, close }: { tree: Tree; editing: Editing; close: () => void }) {
  const texts = admin.categories
  const queries = useQueryClient()
  const category = 'category' in editing ? editing.category : undefined
  const [before] = useState(() =>
    'category' in editing ? valuesOf(editing.category) : newValues(tree, editing.parentId),
  )
  const [values, setValues] = useState(before)
  const [theirs, setTheirs] = useState<Category>()
  const [faults, setFaults] = useState<Partial<Record<keyof Values, string>>>({})
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const change = (next: Partial<Values>) => setValues({ ...values, ...next })

  const save = async (version: number) => {
    setBusy(true)
    setFaults({})
    setError(undefined)
    try {
      const saved = await dataOf(
        category
          ? shop.products.PATCH('/categories/{id}', {
              params: { path: { id: category.id } },
              body: { ...changesIn(before, values), version },
            })
          : shop.products.POST('/categories', { body: newBody(values) }),
      )
      await forgetTree(queries)
      toast({ title: category ? texts.saved : texts.added(<Typed>{saved.name}</Typed>) })
      close()
    } catch (failure) {
      const refused = faultsByField(failure, texts.fields)
      if (refused) setFaults(refused)
      else if (failure instanceof ShopProblem && failure.code === 'slug_taken')
        setFaults({ slug: texts.slugTaken })
      else if (currentOf(failure)) setTheirs(currentOf(failure))
      else setError(failure)
    }
    setBusy(false)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (values.name.trim() === '') setFaults({ name: texts.nameMissing })
    else void save(category?.version ?? 0)
  }
  return (
    <form noValidate onSubmit={submit} className="grid gap-5">
      <TextField
        label={texts.fields.name}
        required
        value={values.name}
        error={faults.name}
        onChange={({ currentTarget: { value } }) => change({ name: value })}
      />
      <TextField
        label={texts.fields.slug}
        hint={category ? texts.slugHint : texts.newSlugHint}
        value={values.slug}
        error={faults.slug}
        onChange={({ currentTarget: { value } }) => change({ slug: value })}
      />
      <TextArea
        label={texts.fields.description}
        hint={texts.descriptionHint}
        rows={3}
        value={values.description}
        error={faults.description}
        onChange={({ currentTarget: { value } }) => change({ description: value })}
      />
      <PlaceFields tree={tree} category={category} values={values} change={change} />
      {error !== undefined && <Refused error={error} />}
      {theirs && (
        <Notice
          live
          tone="warn"
          title={texts.conflict}
          action={
            <>
              <Button
                size="sm"
                onClick={() => {
                  void forgetTree(queries)
                  close()
                }}
              >
                {texts.keepTheirs}
              </Button>
              <Button size="sm" tone="primary" busy={busy} onClick={() => void save(theirs.version)}>
                {texts.saveMine}
              </Button>
            </>
          }
        >
          {texts.conflictMore(<Typed>{theirs.name}</Typed>)}
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-3">
        <Button onClick={close}>{texts.cancel}</Button>
        {!theirs && (
          <Button type="submit" tone="primary" busy={busy}>
            {texts.save}
          </Button>
        )}
      </div>
    </form>
  )
}

const newBody = ({ slug, ...values }: Values) => ({ ...values, ...(slug === '' ? {} : { slug }) })

/** The services' reasons are for programs. */
export const refusalOf = (error: unknown): string | undefined => {
  const reasons: Readonly<Record<string, string>> = admin.categories.refused
  return error instanceof ShopProblem ? reasons[error.code] : undefined
}

function Refused({ error }: { error: unknown }) {
  const reason = refusalOf(error)
  if (reason === undefined) return <ProblemNotice error={error} title={admin.categories.notSaved} />
  return (
    <Notice live tone="bad" title={admin.categories.notSaved}>
      {reason}
    </Notice>
  )
}
