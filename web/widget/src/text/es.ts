// Spanish.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, plural, timeOrDate } from "../say.ts";

const locale = "es";
export const direction = "";

export const assistant = "Asistente de IA";
export const openChat = "Abrir el chat";
export const chatFailed = "No se pudo cargar el chat. Inténtelo de nuevo";
export const minimise = "Minimizar el chat";
export const chat = "Chat";
export const connecting = "Conectando…";
export const writeToUs = "Escríbanos";
export const finding = "Buscamos a alguien para usted";
export const team = (title: string) => `Equipo de ${title}`;
export const away = (title: string) => `Equipo de ${title}, ausente un momento`;
export const chatEnded = "Chat terminado";
export const human = "Hablar con una persona";
export const askingHuman = "Pidiendo…";
export const humanHint = "¿Prefiere una persona? Puede pedirlo ahora.";
export const endChat = "Terminar el chat";
export const closePanel = "Cerrar";
export const messages = "Mensajes";
export const earlier = "Mostrar mensajes anteriores";
export const earlierChats = "Chats anteriores";
export const chatOf = (when: string) => `Chat del ${when}`;
export const noEarlier = "No hay chats anteriores.";
export const loading = "Cargando…";
export const notLoaded = "No se pudo cargar. Inténtelo de nuevo en un momento.";
export const back = "Volver";
export const more = "Mostrar más";
export const cards = "Tarjetas";
export const cardBefore = "Tarjeta anterior";
export const cardNext = "Tarjeta siguiente";
export const chosen = "Elegido:";
export const newTab = "(se abre en otra pestaña)";
export const you = "Usted:  ";
export const newMessages = "Mensajes nuevos";
export const writeMessage = "Escriba un mensaje";
export const writeHint = "Escriba un mensaje…";
export const send = "Enviar";
export const sent = "Enviado";
export const seen = "Leído";
export const waitingToSend = "Pendiente de envío";
export const notSent = "No enviado";
export const tryAgain = "Reintentar";
export const discard = "Eliminar";
export const paused = "Un momento, el resto de sus mensajes viene enseguida.";
export const offline = "Sin conexión. Guardamos sus mensajes y lo intentamos de nuevo.";
export const refused = "Este chat no está disponible en esta página.";
export const replaced = "Este chat está abierto en demasiados otros sitios.";
export const isTyping = (name: string) => `${name} está escribiendo`;
export const youAsked = "Usted pidió una persona";
export const assistantAsked = "El asistente pidió ayuda a una persona";
export const assistantFailed = "El asistente no puede responder. Una persona le ayudará";
export const joined = (name: string) => `${name} se unió al chat`;
export const transferred = (name: string) => `${name} le atiende ahora`;
export const requeued = "Buscamos a otra persona para usted. Conserva su lugar";
export const handedBack = "El asistente ha vuelto";
export const resolved = (name: string) => `${name} resolvió este chat`;
export const youEnded = "Usted terminó este chat";
export const expired = "Este chat terminó tras un largo silencio";
export const erasedChat = "Este chat se borró";
export const activated = (name: string) => `${name} abrió este chat de nuevo`;
export const somebody = "Nuestro equipo";
export const inLine = "en la cola.";
export const inLineSpoken = (place: string) => `Usted es el ${place} en la cola.`;
export const nobody = "Ahora mismo no hay nadie. Puede seguir escribiendo: conservamos su lugar.";
export const keepWriting = "Puede seguir escribiendo o salir de esta página: conservamos su lugar.";
export const leaveQueue = "Salir de la cola";
export const howWasIt = "¿Cómo fue?";
export const rating = "Valoración";
export const starsOf = (count: number) => `${count} de 5`;
export const better = "¿Qué podría mejorar?  ";
export const optional = "(opcional)";
export const skip = "Omitir";
export const sendRating = "Enviar valoración";
export const thanks = "Gracias. Su valoración nos ayuda.";
export const newChat = "Chat nuevo";
export const endTitle = "¿Terminar este chat?";
export const endText = "Si quiere, cuéntenos cómo fue.";
export const endSend = "Enviar y terminar";
export const endKeep = "Seguir en el chat";
export const endSkip = "Omitir y terminar";
export const ending = "Terminando el chat…";
export const textHeld = "Este chat ha terminado. Su texto no se envió.";
export const startWithText = "Empezar un chat nuevo con este texto";
export const sentYou = (name: string) => `${name} le envió un mensaje:`;
export const dismiss = "Descartar";
export const attach = "Adjuntar un archivo";
export const filesToSend = "Archivos por enviar";
export const file = "Archivo";
export const filesMissing = "Vuelva a cargar la página para ver el archivo.";
export const tooLarge = "Los archivos pueden tener hasta 10 MB.";
export const wrongType = "Solo se pueden enviar imágenes, audio, vídeo, PDF y texto sin formato.";
export const notUploaded = "No se subió.";
export const removeFile = (name: string) => `Quitar ${name}`;
export const uploading = (name: string) => `Subiendo ${name}`;
export const download = "Descargar";
export const play = "Reproducir";
export const notPlayed = "Este navegador no puede reproducirlo. Descárguelo.";
export const downloadFile = (name: string) => `Descargar ${name}`;
export const powered = "Con Switchboard";
export const formTitle = "Antes de empezar";
export const formGo = "Empezar el chat";
export const formBack = "Volver al chat";
export const yourName = "Su nombre";
export const yourEmail = "Su correo electrónico";
export const yourMessage = "Su mensaje";
export const needed = "Complete este campo.";
export const badEmail = "Esto no es un correo electrónico.";
export const leaveTitle = "Dejar un mensaje";
export const leaveLead = "Deje un mensaje y su correo electrónico. Le responderemos.";
export const leaveSend = "Enviar mensaje";
export const nobodyNow = "Ahora mismo no hay nadie.";
export const emailInstead = "Mejor por correo";
export const mailChat = "Enviarme este chat por correo";
export const mailSend = "Enviar";
export const mailSent = "Va en camino.";
export const mailFailed = "No funcionó. Inténtelo más tarde.";
export const keepsPlace = "Puede seguir escribiendo o salir de esta página: conservamos su lugar.";

const again = "No funcionó. Inténtelo de nuevo.";
const stranger = "Esta página ya no le reconoce. Recárguela e inténtelo de nuevo.";
const busy = "Estamos muy ocupados. Inténtelo de nuevo en un momento.";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "Algo no se puede enviar. Escríbalo de nuevo.",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "Un archivo adjunto ya no existe. Adjúntelo de nuevo.",
  already_assigned: again,
  not_assignee: again,
  ended: "Este chat ha terminado.",
  not_ended: again,
  active_exists: "Tiene otro chat todavía abierto.",
  no_such_agent: again,
  no_bot: again,
  already_rated: "Ya ha valorado este chat.",
  rating_closed: "Es demasiado tarde para valorar este chat.",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "Responda primero a las preguntas.",
  id_reused: "Esto ya se envió. Escríbalo de nuevo.",
  too_many_tags: again,
  too_large: "Es demasiado largo. Envíelo por partes.",
  rate_limited: "Fue muy rápido. Espere un momento e inténtelo de nuevo.",
  overloaded: busy,
  unavailable: busy,
  draining: "Volvemos en un momento. Inténtelo entonces.",
  insufficient_storage: "Ahora no podemos recibirlo. Inténtelo más tarde.",
};

export const backAt = (at: number, now: number) => `Volvemos: ${dayAndTime(locale, at, now)}.`;
export const openUnread = (count: number) =>
  plural(locale, count, {
    one: "Abrir el chat, # mensaje sin leer",
    other: "Abrir el chat, # mensajes sin leer",
  });
export const place = (count: number) => `${count}.º`;
export const soon = "Normalmente, menos de un minuto.";
export const minutes = (count: number) =>
  plural(locale, count, {
    one: "Normalmente, cerca de # minuto.",
    other: "Normalmente, cerca de # minutos.",
  });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
