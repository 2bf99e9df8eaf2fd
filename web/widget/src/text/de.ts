// German.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, plural, timeOrDate } from "../say.ts";

const locale = "de";
export const direction = "";

export const assistant = "KI-Assistent";
export const openChat = "Chat öffnen";
export const chatFailed = "Der Chat konnte nicht geladen werden. Versuchen Sie es erneut";
export const minimise = "Chat verkleinern";
export const chat = "Chat";
export const connecting = "Verbindung wird aufgebaut …";
export const writeToUs = "Schreiben Sie uns";
export const finding = "Wir suchen jemanden für Sie";
export const team = (title: string) => `Team von ${title}`;
export const away = (title: string) => `Team von ${title}, kurz abwesend`;
export const chatEnded = "Chat beendet";
export const human = "Mit einem Menschen sprechen";
export const askingHuman = "Wird angefragt …";
export const humanHint = "Lieber mit einem Menschen? Sie können jetzt darum bitten.";
export const endChat = "Chat beenden";
export const closePanel = "Schließen";
export const messages = "Nachrichten";
export const earlier = "Frühere Nachrichten zeigen";
export const earlierChats = "Frühere Chats";
export const chatOf = (when: string) => `Chat vom ${when}`;
export const noEarlier = "Es gibt keine früheren Chats.";
export const loading = "Wird geladen …";
export const notLoaded = "Das konnte nicht geladen werden. Versuchen Sie es gleich noch einmal.";
export const back = "Zurück";
export const more = "Mehr zeigen";
export const cards = "Karten";
export const cardBefore = "Vorige Karte";
export const cardNext = "Nächste Karte";
export const chosen = "Gewählt:";
export const newTab = "(öffnet einen neuen Tab)";
export const you = "Sie:  ";
export const newMessages = "Neue Nachrichten";
export const writeMessage = "Nachricht schreiben";
export const writeHint = "Nachricht schreiben …";
export const send = "Senden";
export const sent = "Gesendet";
export const seen = "Gelesen";
export const waitingToSend = "Wartet auf das Senden";
export const notSent = "Nicht gesendet";
export const tryAgain = "Erneut versuchen";
export const discard = "Löschen";
export const paused = "Einen Moment, der Rest Ihrer Nachrichten folgt.";
export const offline = "Keine Verbindung. Wir bewahren Ihre Nachrichten auf und versuchen es erneut.";
export const refused = "Dieser Chat ist auf dieser Seite nicht verfügbar.";
export const replaced = "Dieser Chat ist an zu vielen anderen Stellen geöffnet.";
export const isTyping = (name: string) => `${name} tippt`;
export const youAsked = "Sie haben nach einem Menschen gefragt";
export const assistantAsked = "Der Assistent hat einen Menschen um Hilfe gebeten";
export const assistantFailed = "Der Assistent kann nicht antworten. Ein Mensch hilft Ihnen";
export const joined = (name: string) => `${name} ist dem Chat beigetreten`;
export const transferred = (name: string) => `${name} hilft Ihnen jetzt`;
export const requeued = "Wir suchen jemand anderen für Sie. Ihr Platz bleibt";
export const handedBack = "Der Assistent ist wieder da";
export const resolved = (name: string) => `${name} hat diesen Chat abgeschlossen`;
export const youEnded = "Sie haben diesen Chat beendet";
export const expired = "Dieser Chat endete nach langer Stille";
export const erasedChat = "Dieser Chat wurde gelöscht";
export const activated = (name: string) => `${name} hat diesen Chat wieder geöffnet`;
export const somebody = "Unser Team";
export const inLine = "in der Schlange.";
export const inLineSpoken = (place: string) => `Ihr Platz in der Schlange: ${place}`;
export const nobody = "Gerade ist niemand am Platz. Sie können weiterschreiben: Ihr Platz bleibt.";
export const keepWriting = "Sie können weiterschreiben oder die Seite verlassen: Ihr Platz bleibt.";
export const leaveQueue = "Schlange verlassen";
export const howWasIt = "Wie war es?";
export const rating = "Bewertung";
export const starsOf = (count: number) => `${count} von 5`;
export const better = "Was könnte besser sein?  ";
export const optional = "(freiwillig)";
export const skip = "Überspringen";
export const sendRating = "Bewertung senden";
export const thanks = "Danke. Ihre Bewertung hilft uns.";
export const newChat = "Neuer Chat";
export const endTitle = "Diesen Chat beenden?";
export const endText = "Sagen Sie uns gern, wie es war.";
export const endSend = "Senden und Chat beenden";
export const endKeep = "Weiter chatten";
export const endSkip = "Überspringen und beenden";
export const ending = "Chat wird beendet …";
export const textHeld = "Dieser Chat ist beendet. Ihr Text wurde nicht gesendet.";
export const startWithText = "Neuen Chat mit diesem Text beginnen";
export const sentYou = (name: string) => `${name} hat Ihnen geschrieben:`;
export const dismiss = "Ausblenden";
export const attach = "Datei anhängen";
export const filesToSend = "Dateien zum Senden";
export const file = "Datei";
export const filesMissing = "Laden Sie die Seite neu, um die Datei zu sehen.";
export const tooLarge = "Dateien können bis zu 10 MB groß sein.";
export const wrongType = "Nur Bilder, Audio, Video, PDF und reiner Text können gesendet werden.";
export const notUploaded = "Nicht hochgeladen.";
export const removeFile = (name: string) => `${name} entfernen`;
export const uploading = (name: string) => `${name} wird hochgeladen`;
export const download = "Herunterladen";
export const play = "Abspielen";
export const notPlayed = "Dieser Browser kann es nicht abspielen. Laden Sie es stattdessen herunter.";
export const downloadFile = (name: string) => `${name} herunterladen`;
export const powered = "Mit Switchboard";
export const formTitle = "Bevor wir beginnen";
export const formGo = "Chat beginnen";
export const formBack = "Zurück zum Chat";
export const yourName = "Ihr Name";
export const yourEmail = "Ihre E-Mail-Adresse";
export const yourMessage = "Ihre Nachricht";
export const needed = "Bitte ausfüllen.";
export const badEmail = "Das ist keine E-Mail-Adresse.";
export const leaveTitle = "Nachricht hinterlassen";
export const leaveLead = "Hinterlassen Sie eine Nachricht und Ihre E-Mail-Adresse. Wir melden uns bei Ihnen.";
export const leaveSend = "Nachricht senden";
export const nobodyNow = "Gerade ist niemand da.";
export const emailInstead = "Lieber per E-Mail";
export const mailChat = "Diesen Chat per E-Mail erhalten";
export const mailSend = "Senden";
export const mailSent = "Er ist unterwegs zu Ihnen.";
export const mailFailed = "Das hat nicht geklappt. Versuchen Sie es später noch einmal.";
export const keepsPlace = "Sie können weiterschreiben oder die Seite verlassen: Ihr Platz bleibt.";

const again = "Das hat nicht geklappt. Versuchen Sie es erneut.";
const stranger = "Diese Seite kennt Sie nicht mehr. Laden Sie sie neu und versuchen Sie es erneut.";
const busy = "Gerade ist viel los. Versuchen Sie es gleich noch einmal.";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "Etwas daran kann nicht gesendet werden. Schreiben Sie es neu.",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "Eine Datei, die dazugehört, ist nicht mehr da. Hängen Sie sie noch einmal an.",
  already_assigned: again,
  not_assignee: again,
  ended: "Dieser Chat ist beendet.",
  not_ended: again,
  active_exists: "Sie haben noch einen anderen offenen Chat.",
  no_such_agent: again,
  no_bot: again,
  already_rated: "Sie haben diesen Chat schon bewertet.",
  rating_closed: "Für eine Bewertung dieses Chats ist es zu spät.",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "Bitte beantworten Sie zuerst die Fragen.",
  id_reused: "Das wurde schon gesendet. Schreiben Sie es neu.",
  too_many_tags: again,
  too_large: "Das ist zu lang. Senden Sie es in Teilen.",
  rate_limited: "Das war sehr schnell. Warten Sie einen Moment und versuchen Sie es erneut.",
  overloaded: busy,
  unavailable: busy,
  draining: "Wir sind gleich wieder da. Versuchen Sie es dann erneut.",
  insufficient_storage: "Wir können das gerade nicht annehmen. Versuchen Sie es später noch einmal.",
};

export const backAt = (at: number, now: number) => `Wir sind wieder da: ${dayAndTime(locale, at, now)}.`;
export const openUnread = (count: number) =>
  plural(locale, count, {
    one: "Chat öffnen, # ungelesene Nachricht",
    other: "Chat öffnen, # ungelesene Nachrichten",
  });
export const place = (count: number) => `${count}.`;
export const soon = "Meist weniger als eine Minute.";
export const minutes = (count: number) =>
  plural(locale, count, { one: "Meist etwa # Minute.", other: "Meist etwa # Minuten." });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
