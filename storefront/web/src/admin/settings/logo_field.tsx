/** The logo: one picture, shown on the grounds that it will stand on. */
import { admin } from '../../language/admin_texts.ts'
import { Button } from '../../ui/button.tsx'
import { Panel } from '../parts.tsx'
import { PictureUploads } from '../pictures/picture_uploads.tsx'
import { pictureAddress } from '../pictures/thumb.tsx'
import type { FieldsProps } from './draft.ts'

export function LogoField({ values: { logo_media_id: id, name }, change }: FieldsProps) {
  const texts = admin.settings
  return (
    <Panel title={texts.logo}>
      <PictureUploads
        single
        onStored={(id) => change({ logo_media_id: id })}
        more={texts.logoMore}
        choose={texts.chooseLogo}
      >
        {id === null ? (
          <p className="text-sm text-soft">{texts.noLogo}</p>
        ) : (
          <div className="flex flex-wrap items-center gap-3">
            {(['light', 'dark'] as const).map((scheme) => (
              <span
                key={scheme}
                style={{ colorScheme: scheme }}
                className="inline-flex rounded-md border border-line bg-(--ground) p-3"
              >
                <img
                  src={pictureAddress(id, 320)}
                  alt={scheme === 'light' ? name : ''}
                  className="box-content h-9 max-w-44 rounded-md bg-plate object-contain p-1"
                />
              </span>
            ))}
            <Button tone="quiet" onClick={() => change({ logo_media_id: null })}>
              {texts.removeLogo}
            </Button>
          </div>
        )}
      </PictureUploads>
    </Panel>
  )
}
