import { admin } from '../../language/admin_texts.ts'
import { formatPercent } from '../../language/formats.ts'
import { t } from '../../language/texts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Typed } from '../../ui/typed.tsx'
import { explainUpload } from './explain_upload.ts'
import type { Upload } from './uploads.ts'

type Props = { upload: Upload; drop: () => void; again: () => void }

/** A file on its way, or why it was not stored. */
export function UploadItem({ upload: { file, state, sent, error }, drop, again }: Props) {
  const failed = state === 'failed'
  return (
    <li
      className={`flex items-center gap-3 rounded-lg py-2 ps-4 pe-2 ${failed ? 'bg-bad-soft' : 'bg-sunken'}`}
    >
      <div className="grid min-w-0 flex-1 gap-1">
        <Typed className="truncate text-sm font-semibold">{file.name}</Typed>
        {failed ? (
          <p role="alert" className="text-sm text-bad">
            {explainUpload(error)}
          </p>
        ) : (
          <div className="flex items-center gap-3 text-sm text-soft">
            <progress
              aria-label={admin.pictures.sending(file.name)}
              value={state === 'stored' ? 1 : sent}
              max={1}
              className="h-1.5 min-w-0 flex-1 appearance-none overflow-hidden rounded-full border-0 bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
            />
            <span className="tabular">{stateOf(state, sent)}</span>
          </div>
        )}
      </div>
      {failed && (
        <Button size="sm" onClick={again}>
          {t.common.tryAgain}
        </Button>
      )}
      <IconButton
        icon="close"
        label={failed ? admin.pictures.dismiss(file.name) : admin.pictures.cancel(file.name)}
        onClick={drop}
      />
    </li>
  )
}

function stateOf(state: Upload['state'], sent: number): string {
  if (state === 'waiting') return admin.pictures.waiting
  return sent < 1 ? formatPercent(Math.floor(sent * 100) / 100) : admin.pictures.processing
}
