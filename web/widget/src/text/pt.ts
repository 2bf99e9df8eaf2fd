// Portuguese, as it is written in Brazil.
import type { ErrorCode } from "../../../shared/src/protocol.gen.ts";
import { dayAndTime, fileSize, plural, timeOrDate } from "../say.ts";

const locale = "pt";
export const direction = "";

export const assistant = "Assistente de IA";
export const openChat = "Abrir o chat";
export const chatFailed = "Não foi possível carregar o chat. Tente de novo";
export const minimise = "Minimizar o chat";
export const chat = "Chat";
export const connecting = "Conectando…";
export const writeToUs = "Escreva para nós";
export const finding = "Procurando alguém para você";
export const team = (title: string) => `Equipe de ${title}`;
export const away = (title: string) => `Equipe de ${title}, ausente por um momento`;
export const chatEnded = "Chat encerrado";
export const human = "Falar com uma pessoa";
export const askingHuman = "Pedindo…";
export const humanHint = "Prefere uma pessoa? Você já pode pedir.";
export const endChat = "Encerrar o chat";
export const closePanel = "Fechar";
export const messages = "Mensagens";
export const earlier = "Mostrar mensagens anteriores";
export const earlierChats = "Chats anteriores";
export const chatOf = (when: string) => `Chat de ${when}`;
export const noEarlier = "Não há chats anteriores.";
export const loading = "Carregando…";
export const notLoaded = "Não foi possível carregar. Tente de novo daqui a pouco.";
export const back = "Voltar";
export const more = "Mostrar mais";
export const cards = "Cartões";
export const cardBefore = "Cartão anterior";
export const cardNext = "Próximo cartão";
export const chosen = "Escolhido:";
export const newTab = "(abre em outra aba)";
export const you = "Você:  ";
export const newMessages = "Novas mensagens";
export const writeMessage = "Escreva uma mensagem";
export const writeHint = "Escreva uma mensagem…";
export const send = "Enviar";
export const sent = "Enviada";
export const seen = "Lida";
export const waitingToSend = "Esperando para enviar";
export const notSent = "Não enviada";
export const tryAgain = "Tentar de novo";
export const discard = "Excluir";
export const paused = "Um momento, o resto das suas mensagens já vem.";
export const offline = "Sem conexão. Guardamos suas mensagens e tentamos de novo.";
export const refused = "Este chat não está disponível nesta página.";
export const replaced = "Este chat está aberto em lugares demais.";
export const isTyping = (name: string) => `${name} está digitando`;
export const youAsked = "Você pediu uma pessoa";
export const assistantAsked = "O assistente pediu ajuda a uma pessoa";
export const assistantFailed = "O assistente não consegue responder. Uma pessoa vai ajudar";
export const joined = (name: string) => `${name} entrou no chat`;
export const transferred = (name: string) => `${name} agora atende você`;
export const requeued = "Estamos procurando outra pessoa para você. Seu lugar está guardado";
export const handedBack = "O assistente voltou";
export const resolved = (name: string) => `${name} resolveu este chat`;
export const youEnded = "Você encerrou este chat";
export const expired = "Este chat terminou após um longo silêncio";
export const erasedChat = "Este chat foi apagado";
export const activated = (name: string) => `${name} abriu este chat de novo`;
export const somebody = "Nossa equipe";
export const inLine = "na fila.";
export const inLineSpoken = (place: string) => `Seu lugar na fila: ${place}.`;
export const nobody = "Não há ninguém agora. Você pode continuar escrevendo: seu lugar está guardado.";
export const keepWriting = "Você pode continuar escrevendo ou sair desta página: seu lugar está guardado.";
export const leaveQueue = "Sair da fila";
export const howWasIt = "Como foi?";
export const rating = "Avaliação";
export const starsOf = (count: number) => `${count} de 5`;
export const better = "O que poderia melhorar?  ";
export const optional = "(opcional)";
export const skip = "Pular";
export const sendRating = "Enviar avaliação";
export const thanks = "Obrigado. Sua avaliação nos ajuda.";
export const newChat = "Novo chat";
export const endTitle = "Encerrar este chat?";
export const endText = "Se quiser, conte como foi.";
export const endSend = "Enviar e encerrar";
export const endKeep = "Continuar o chat";
export const endSkip = "Pular e encerrar";
export const ending = "Encerrando o chat…";
export const textHeld = "Este chat terminou. Seu texto não foi enviado.";
export const startWithText = "Começar um novo chat com este texto";
export const sentYou = (name: string) => `${name} enviou uma mensagem para você:`;
export const dismiss = "Dispensar";
export const attach = "Anexar um arquivo";
export const filesToSend = "Arquivos para enviar";
export const file = "Arquivo";
export const filesMissing = "Recarregue a página para ver o arquivo.";
export const tooLarge = "Os arquivos podem ter até 10 MB.";
export const wrongType = "Só é possível enviar imagens, áudio, vídeo, PDF e texto simples.";
export const notUploaded = "Não foi enviado ao servidor.";
export const removeFile = (name: string) => `Remover ${name}`;
export const uploading = (name: string) => `Enviando ${name}`;
export const download = "Baixar";
export const play = "Reproduzir";
export const notPlayed = "Este navegador não consegue reproduzir. Baixe o arquivo.";
export const downloadFile = (name: string) => `Baixar ${name}`;
export const powered = "Com Switchboard";
export const formTitle = "Antes de começar";
export const formGo = "Começar o chat";
export const formBack = "Voltar ao chat";
export const yourName = "Seu nome";
export const yourEmail = "Seu e-mail";
export const yourMessage = "Sua mensagem";
export const needed = "Preencha este campo.";
export const badEmail = "Isto não é um e-mail.";
export const leaveTitle = "Deixar uma mensagem";
export const leaveLead = "Deixe uma mensagem e seu e-mail. Nós respondemos.";
export const leaveSend = "Enviar mensagem";
export const nobodyNow = "Não há ninguém aqui agora.";
export const emailInstead = "Prefiro por e-mail";
export const mailChat = "Receber este chat por e-mail";
export const mailSend = "Enviar";
export const mailSent = "Está a caminho.";
export const mailFailed = "Não funcionou. Tente mais tarde.";
export const keepsPlace = "Você pode continuar escrevendo ou sair desta página: seu lugar está guardado.";

const again = "Não funcionou. Tente de novo.";
const stranger = "Esta página não reconhece mais você. Recarregue-a e tente de novo.";
const busy = "Estamos muito ocupados. Tente de novo daqui a pouco.";
export const refusals: Record<ErrorCode, string> = {
  bad_request: "Algo nela não pode ser enviado. Escreva de novo.",
  unauthenticated: stranger,
  invalid_token: stranger,
  forbidden: refused,
  origin_denied: refused,
  not_found: "Um arquivo anexado não existe mais. Anexe-o de novo.",
  already_assigned: again,
  not_assignee: again,
  ended: "Este chat terminou.",
  not_ended: again,
  active_exists: "Você tem outro chat ainda aberto.",
  no_such_agent: again,
  no_bot: again,
  already_rated: "Você já avaliou este chat.",
  rating_closed: "É tarde demais para avaliar este chat.",
  stale_bot_turn: again,
  away: nobodyNow,
  form_required: "Responda primeiro às perguntas.",
  id_reused: "Isto já foi enviado. Escreva de novo.",
  too_many_tags: again,
  too_large: "É longo demais. Envie em partes.",
  rate_limited: "Foi muito rápido. Espere um momento e tente de novo.",
  overloaded: busy,
  unavailable: busy,
  draining: "Voltamos em um momento. Tente de novo então.",
  insufficient_storage: "Não podemos receber isto agora. Tente mais tarde.",
};

export const backAt = (at: number, now: number) => `Voltamos: ${dayAndTime(locale, at, now)}.`;
export const openUnread = (count: number) =>
  plural(locale, count, {
    one: "Abrir o chat, # mensagem não lida",
    other: "Abrir o chat, # mensagens não lidas",
  });
export const place = (count: number) => `${count}º`;
export const soon = "Em geral, menos de um minuto.";
export const minutes = (count: number) =>
  plural(locale, count, { one: "Em geral, cerca de # minuto.", other: "Em geral, cerca de # minutos." });
export const time = (at: number, now: number) => `${timeOrDate(locale, at, now)}`;
export const size = (bytes: number) => `${fileSize(locale, bytes)}`;
