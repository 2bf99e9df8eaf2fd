// Hindi.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, plural, timeOrDate } from "../say.ts";

const locale = "hi-u-nu-latn";
export const direction = "";

export const assistant = "AI सहायक";
export const openChat = "चैट खोलें";
export const chatFailed = "चैट लोड नहीं हो सकी। फिर कोशिश करें";
export const minimise = "चैट छोटी करें";
export const chat = "चैट";
export const connecting = "जुड़ रहा है…";
export const writeToUs = "हमें लिखें";
export const finding = "आपके लिए किसी को ढूँढ रहे हैं";
export const team = (title: string) => `${title} की टीम`;
export const away = (title: string) => `${title} की टीम, थोड़ी देर के लिए दूर`;
export const chatEnded = "चैट समाप्त";
export const human = "किसी व्यक्ति से बात करें";
export const askingHuman = "पूछा जा रहा है…";
export const humanHint = "किसी व्यक्ति से बात करना चाहेंगे? आप अभी कह सकते हैं।";
export const endChat = "चैट समाप्त करें";
export const closePanel = "बंद करें";
export const messages = "संदेश";
export const earlier = "पिछले संदेश दिखाएँ";
export const earlierChats = "पिछली चैट";
export const chatOf = (when: string) => `${when} की चैट`;
export const noEarlier = "कोई पिछली चैट नहीं है।";
export const loading = "लोड हो रहा है…";
export const notLoaded = "यह लोड नहीं हो सका। थोड़ी देर में फिर कोशिश करें।";
export const back = "वापस";
export const more = "और दिखाएँ";
export const cards = "कार्ड";
export const cardBefore = "पिछला कार्ड";
export const cardNext = "अगला कार्ड";
export const chosen = "चुना गया:";
export const newTab = "(नए टैब में खुलता है)";
export const you = "आप:  ";
export const newMessages = "नए संदेश";
export const writeMessage = "संदेश लिखें";
export const writeHint = "संदेश लिखें…";
export const send = "भेजें";
export const sent = "भेजा गया";
export const seen = "पढ़ा गया";
export const waitingToSend = "भेजे जाने की प्रतीक्षा";
export const notSent = "नहीं भेजा गया";
export const tryAgain = "फिर कोशिश करें";
export const discard = "मिटाएँ";
export const paused = "एक पल, आपके बाक़ी संदेश आ रहे हैं।";
export const offline = "कनेक्शन नहीं है। हम आपके संदेश रखते हैं और फिर कोशिश करते हैं।";
export const refused = "यह चैट इस पेज पर उपलब्ध नहीं है।";
export const replaced = "यह चैट बहुत सी दूसरी जगहों पर खुली है।";
export const isTyping = (name: string) => `${name} टाइप कर रहे हैं`;
export const youAsked = "आपने किसी व्यक्ति से बात करने को कहा";
export const assistantAsked = "सहायक ने किसी व्यक्ति से मदद माँगी";
export const assistantFailed = "सहायक जवाब नहीं दे सकता। कोई व्यक्ति आपकी मदद करेगा";
export const joined = (name: string) => `${name} चैट से जुड़े`;
export const transferred = (name: string) => `${name} अब आपकी मदद कर रहे हैं`;
export const requeued = "हम आपके लिए किसी और को ढूँढ रहे हैं। आपकी जगह बनी रहेगी";
export const handedBack = "सहायक लौट आया है";
export const resolved = (name: string) => `${name} ने यह चैट हल की`;
export const youEnded = "आपने यह चैट समाप्त की";
export const expired = "लंबी ख़ामोशी के बाद यह चैट समाप्त हुई";
export const erasedChat = "यह चैट मिटा दी गई";
export const activated = (name: string) => `${name} ने यह चैट फिर खोली`;
export const somebody = "हमारी टीम";
export const inLine = "कतार में आपका स्थान।";
export const inLineSpoken = (place: string) => `कतार में आपका स्थान: ${place}।`;
export const nobody = "अभी यहाँ कोई नहीं है। आप लिखते रह सकते हैं: आपकी जगह बनी रहेगी।";
export const keepWriting = "आप लिखते रह सकते हैं या यह पेज छोड़ सकते हैं: आपकी जगह बनी रहेगी।";
export const leaveQueue = "कतार छोड़ें";
export const howWasIt = "कैसा रहा?";
export const rating = "रेटिंग";
export const starsOf = (count: number) => `5 में से ${count}`;
export const better = "क्या बेहतर हो सकता है?  ";
export const optional = "(वैकल्पिक)";
export const skip = "छोड़ें";
export const sendRating = "रेटिंग भेजें";
export const thanks = "धन्यवाद। आपकी रेटिंग हमारी मदद करती है।";
export const newChat = "नई चैट";
export const endTitle = "यह चैट समाप्त करें?";
export const endText = "चाहें तो बताएँ कि कैसा रहा।";
export const endSend = "भेजें और समाप्त करें";
export const endKeep = "चैट जारी रखें";
export const endSkip = "छोड़ें और समाप्त करें";
export const ending = "चैट समाप्त हो रही है…";
export const textHeld = "यह चैट समाप्त हो गई है। आपका पाठ नहीं भेजा गया।";
export const startWithText = "इस पाठ से नई चैट शुरू करें";
export const sentYou = (name: string) => `${name} ने आपको संदेश भेजा:`;
export const dismiss = "हटाएँ";
export const attach = "फ़ाइल जोड़ें";
export const filesToSend = "भेजने की फ़ाइलें";
export const file = "फ़ाइल";
export const filesMissing = "फ़ाइल देखने के लिए पेज फिर लोड करें।";
export const tooLarge = "फ़ाइलें ज़्यादा से ज़्यादा 10 MB की हो सकती हैं।";
export const wrongType = "केवल चित्र, ऑडियो, वीडियो, PDF और सादा पाठ भेजे जा सकते हैं।";
export const notUploaded = "अपलोड नहीं हुई।";
export const removeFile = (name: string) => `${name} हटाएँ`;
export const uploading = (name: string) => `${name} अपलोड हो रही है`;
export const download = "डाउनलोड करें";
export const play = "चलाएँ";
export const notPlayed = "यह ब्राउज़र इसे नहीं चला सकता। इसके बजाय डाउनलोड करें।";
export const downloadFile = (name: string) => `${name} डाउनलोड करें`;
export const powered = "Switchboard द्वारा संचालित";
export const formTitle = "शुरू करने से पहले";
export const formGo = "चैट शुरू करें";
export const formBack = "चैट पर वापस";
export const yourName = "आपका नाम";
export const yourEmail = "आपका ईमेल पता";
export const yourMessage = "आपका संदेश";
export const needed = "कृपया इसे भरें।";
export const badEmail = "यह ईमेल पता नहीं है।";
export const leaveTitle = "संदेश छोड़ें";
export const leaveLead = "अपना संदेश और ईमेल पता छोड़ें। हम आपसे संपर्क करेंगे।";
export const leaveSend = "संदेश भेजें";
export const nobodyNow = "अभी यहाँ कोई नहीं है।";
export const emailInstead = "इसके बजाय ईमेल से";
export const mailChat = "यह चैट मुझे ईमेल करें";
export const mailSend = "भेजें";
export const mailSent = "यह आपको भेजी जा रही है।";
export const mailFailed = "यह नहीं हो पाया। बाद में फिर कोशिश करें।";
export const keepsPlace = "आप लिखते रह सकते हैं या यह पेज छोड़ सकते हैं: आपकी जगह बनी रहेगी।";

const again = "यह नहीं हो पाया। फिर कोशिश करें।";
const stranger = "यह पेज अब आपको नहीं पहचानता। इसे फिर लोड करके कोशिश करें।";
const busy = "हम अभी बहुत व्यस्त हैं। थोड़ी देर में फिर कोशिश करें।";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "इसमें कुछ ऐसा है जो नहीं भेजा जा सकता। इसे नए सिरे से लिखें।",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "इसके साथ की एक फ़ाइल अब नहीं है। उसे फिर जोड़ें।",
  already_assigned: again,
  not_assignee: again,
  ended: "यह चैट समाप्त हो गई है।",
  not_ended: again,
  active_exists: "आपकी एक और चैट अभी खुली है।",
  no_such_agent: again,
  no_bot: again,
  already_rated: "आप इस चैट को रेटिंग दे चुके हैं।",
  rating_closed: "इस चैट को रेटिंग देने में देर हो गई है।",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "कृपया पहले सवालों के जवाब दें।",
  id_reused: "यह पहले भेजा जा चुका है। इसे नए सिरे से लिखें।",
  too_many_tags: again,
  too_large: "यह बहुत लंबा है। इसे हिस्सों में भेजें।",
  rate_limited: "यह बहुत तेज़ था। थोड़ा रुककर फिर कोशिश करें।",
  overloaded: busy,
  unavailable: busy,
  draining: "हम थोड़ी देर में लौटते हैं। तब फिर कोशिश करें।",
  insufficient_storage: "हम इसे अभी नहीं ले सकते। बाद में फिर कोशिश करें।",
};

export const backAt = (at: number, now: number) => `हम ${dayAndTime(locale, at, now)} लौटेंगे।`;
export const openUnread = (count: number) =>
  plural(locale, count, { one: "चैट खोलें, # अपठित संदेश", other: "चैट खोलें, # अपठित संदेश" });
export const place = (count: number) => `${count}`;
export const soon = "आम तौर पर एक मिनट से कम।";
export const minutes = (count: number) =>
  plural(locale, count, { one: "आम तौर पर लगभग # मिनट।", other: "आम तौर पर लगभग # मिनट।" });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
