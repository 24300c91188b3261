import { LIMITS } from '@shop/client/generated/limits'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { dataOf, shop } from '../api/shop.ts'
import { useAnswer } from '../api/use_answer.ts'
import { own } from '../language/own_texts.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Time } from '../ui/format.tsx'
import { lengthFault } from '../ui/limits.ts'
import { toast } from '../ui/toast.ts'
import { CodeField, codeIn } from './code_field.tsx'
import { hasCode } from './explain_own.ts'
import { FactorSetup, type Secret } from './factor_setup.tsx'
import { useAsOwner } from './owner.tsx'
import { Part, Refused, Waiting } from './parts.tsx'
import { factorQuery } from './queries.ts'
import { RecoveryCodes } from './recovery_codes.tsx'

const ID = 'second-factor'

export function FactorPart() {
  const { data, error, refetch } = useAnswer(factorQuery)
  const queries = useQueryClient()
  const asOwner = useAsOwner()
  const [secret, setSecret] = useState<Secret>()
  const [codes, setCodes] = useState<readonly string[]>()
  const [removing, setRemoving] = useState(false)
  const renew = () => queries.invalidateQueries({ queryKey: factorQuery.queryKey })

  const setUp = useMutation({
    mutationFn: () => asOwner((body) => dataOf(shop.auth.POST('/me/totp', { body }))),
    onSuccess: setSecret,
    onError: (failure) => void (hasCode(failure, 'second_factor_exists') && renew()),
  })
  const newCodes = useMutation({
    mutationFn: () => asOwner((body) => dataOf(shop.auth.POST('/me/recovery_codes', { body }))),
    onSuccess: ({ recovery_codes }) => {
      setCodes(recovery_codes)
      void renew()
    },
    onError: (failure) => void (hasCode(failure, 'no_second_factor') && renew()),
  })
  const isOn = data !== undefined && data.confirmed_at !== null
  const aside = data && (
    <Badge tone={isOn ? 'good' : 'neutral'}>{isOn ? own.factor.on : own.factor.off}</Badge>
  )
  return (
    <Part id={ID} title={own.factor.title} more={own.factor.more} aside={aside}>
      <Refused error={setUp.error ?? newCodes.error} title={own.factor.failed} />
      {codes && (
        <RecoveryCodes
          codes={codes}
          done={() => {
            setCodes(undefined)
            document.getElementById(ID)?.focus()
          }}
        />
      )}
      {!data && <Waiting error={error} retry={refetch} />}
      {data && !isOn && !secret && (
        <Button busy={setUp.isPending} onClick={() => setUp.mutate()} className="justify-self-start">
          {own.factor.setUp}
        </Button>
      )}
      {data && !isOn && secret && (
        <FactorSetup
          secret={secret}
          cancel={() => setSecret(undefined)}
          done={(recovery) => {
            setCodes(recovery)
            setSecret(undefined)
            toast({ title: own.factor.turnedOn })
            void renew()
          }}
        />
      )}
      {isOn && (
        <div className="grid gap-4">
          <p>
            {own.factor.since(<Time at={data.confirmed_at!} />)}{' '}
            {own.factor.codesLeft(data.recovery_codes_left)}
          </p>
          <div className="flex flex-wrap gap-3">
            <Button busy={newCodes.isPending} onClick={() => newCodes.mutate()}>
              {own.factor.newCodes}
            </Button>
            <Button onClick={() => setRemoving(true)}>{own.factor.remove}</Button>
          </div>
        </div>
      )}
      <RemoveDialog
        open={removing}
        close={() => setRemoving(false)}
        removed={() => {
          setCodes(undefined)
          void renew()
        }}
      />
    </Part>
  )
}

function RemoveDialog({ open, close, removed }: { open: boolean; close: () => void; removed: () => void }) {
  const asOwner = useAsOwner()
  const [wrong, setWrong] = useState<string>()
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: (code: string) =>
      asOwner((proof) => shop.auth.DELETE('/me/totp', { body: { code, ...proof } })).catch((failure) => {
        if (!hasCode(failure, 'no_second_factor')) throw failure
      }),
    onSuccess: () => {
      close()
      toast({ title: own.factor.removed })
      removed()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const code = codeIn(event.currentTarget)
    const found = lengthFault(code, LIMITS['DELETE /me/totp'].code)
    reset()
    setWrong(found)
    if (found === undefined) mutate(code)
  }
  const refused = hasCode(error, 'invalid_code', 'validation_failed')
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (next) return
        reset()
        setWrong(undefined)
        close()
      }}
      title={own.factor.removeTitle}
      description={own.factor.removeMore}
    >
      <form noValidate onSubmit={submit} className="grid gap-5">
        {!refused && <Refused error={error} title={own.factor.failed} />}
        <CodeField
          hint
          label={own.signIn.code}
          error={wrong ?? (refused ? own.factor.wrongCode : undefined)}
        />
        <div className="flex flex-wrap justify-end gap-3">
          <Button onClick={close}>{own.common.cancel}</Button>
          <Button type="submit" tone="danger" busy={isPending}>
            {own.factor.remove}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
