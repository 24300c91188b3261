import { LIMITS } from '@shop/client/generated/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { dataOf, shop } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import { own } from '../language/own_texts.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { Ago, Time } from '../ui/format.tsx'
import { lengthFault } from '../ui/limits.ts'
import { toast } from '../ui/toast.ts'
import { Typed } from '../ui/typed.tsx'
import { hasCode } from './explain_own.ts'
import { useAsOwner } from './owner.tsx'
import { Part, Refused, Waiting } from './parts.tsx'
import { hasPasskeys, makePasskey } from './passkey_calls.ts'
import { passkeysQuery } from './queries.ts'

type Passkey = {
  readonly id: string
  readonly name: string
  readonly created_at: string
  readonly last_used_at: string | null
}

export function PasskeysPart() {
  const { data, error, refetch } = useAnswer(passkeysQuery)
  const [asked, setAsked] = useState<Passkey>()
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: ({ id }: Passkey) =>
      shop.auth.DELETE('/me/passkeys/{id}', { params: { path: { id } } }).catch((failure) => {
        if (!hasCode(failure, 'passkey_not_found')) throw failure
      }),
    onSuccess: () => toast({ title: own.passkeys.removed }),
    onSettled: () => queries.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
  })
  return (
    <Part id="passkeys" title={own.passkeys.title} more={own.passkeys.more}>
      <Refused error={remove.error} title={own.passkeys.removeFailed} />
      {!data && <Waiting error={error} retry={refetch} />}
      {data?.items.length === 0 && <p>{own.passkeys.none}</p>}
      {data && data.items.length > 0 && (
        <ul aria-label={own.passkeys.list} className="grid divide-y divide-line">
          {data.items.map((passkey) => (
            <li key={passkey.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
              <div className="min-w-0 flex-1 basis-48">
                <Typed as="p" className="font-semibold">
                  {passkey.name}
                </Typed>
                <p className="text-sm text-soft">
                  {own.passkeys.since(<Time at={passkey.created_at} />)}
                  {', '}
                  {passkey.last_used_at === null
                    ? own.passkeys.never
                    : own.passkeys.used(<Ago at={passkey.last_used_at} />)}
                </p>
              </div>
              <Button
                size="sm"
                aria-label={own.passkeys.removeNamed(passkey.name)}
                onClick={() => setAsked(passkey)}
              >
                {own.passkeys.remove}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {data && (hasPasskeys() ? <AddPasskey /> : <p className="text-soft">{own.passkeys.unsupported}</p>)}
      <ConfirmDialog
        open={asked !== undefined}
        onOpenChange={(open) => !open && setAsked(undefined)}
        title={own.passkeys.removeAsk(<Typed>{asked?.name ?? ''}</Typed>)}
        confirm={own.passkeys.remove}
        keep={own.common.cancel}
        onConfirm={() => {
          if (asked) remove.mutate(asked)
          setAsked(undefined)
        }}
      >
        {own.passkeys.removeMore}
      </ConfirmDialog>
    </Part>
  )
}

function AddPasskey() {
  const queries = useQueryClient()
  const asOwner = useAsOwner()
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<string>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: async (name: string) => {
      const credential = await asOwner(makePasskey)
      return dataOf(shop.auth.POST('/me/passkeys', { body: { name, credential: credential as never } }))
    },
    onSuccess: () => {
      form.current?.reset()
      toast({ title: own.passkeys.added })
    },
    onSettled: () => queries.invalidateQueries({ queryKey: passkeysQuery.queryKey }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name')).trim()
    const found = lengthFault(name, LIMITS['POST /me/passkeys'].name)
    reset()
    setWrong(found)
    if (found === undefined) mutate(name)
  }
  return (
    <form ref={form} noValidate onSubmit={submit} className="grid max-w-md gap-5">
      <Refused error={error} title={own.passkeys.addFailed} />
      <TextField
        label={own.passkeys.name}
        hint={own.passkeys.nameHint}
        name="name"
        autoComplete="off"
        required
        error={wrong}
      />
      <Button type="submit" busy={isPending} className="justify-self-start">
        {own.passkeys.add}
      </Button>
    </form>
  )
}
