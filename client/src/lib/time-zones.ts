/** Time zones by their present names. Chromium has some by old ones: CLDR keeps a name once given. */

/** What `Intl.supportedValuesOf` lists there, against the tz database's `zone.tab`, which has the names of today. */
const presentNames: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}

export const presentName = (zone: string): string => presentNames[zone] ?? zone

/** The viewer's, as an IANA name. */
export const ownZone = (): string => presentName(new Intl.DateTimeFormat().resolvedOptions().timeZone)

/** All zones that this browser knows, and the one that is set. */
export const zones = (current: string): { value: string; label: string }[] =>
  [...new Set([current, ...Intl.supportedValuesOf('timeZone').map(presentName)])]
    .toSorted()
    .map((value) => ({ value, label: value.replaceAll('_', ' ') }))
