use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use futures::future::FutureExt;
use speech::{ErrorKind, Origin, PcmChunk, SampleRate};
use tokio::time::{Instant, advance};
use tower::{ServiceExt, service_fn};

use super::*;
use crate::health::State;
use crate::route::tests::call;

type Answer = Result<Sound, SpeechError>;

/// A backend that answers as the test says, when it says.
struct Stage {
    health: Health,
    calls: mpsc::UnboundedSender<oneshot::Sender<Answer>>,
    called: mpsc::UnboundedReceiver<oneshot::Sender<Answer>>,
}

/// A call that has reached the backend, or was refused before.
type Speaking = BoxFuture<Answer>;

impl Stage {
    fn new() -> Self {
        let (calls, called) = mpsc::unbounded();
        Self { health: Health::default(), calls, called }
    }

    fn say(&self, voice: &str) -> Speaking {
        let calls = self.calls.clone();
        let backend = service_fn(move |_: Call| {
            let (answer, answered) = oneshot::channel();
            calls.unbounded_send(answer).unwrap();
            async { answered.await.unwrap() }
        });
        let mut call = call();
        call.utterance.delivery.voice = voice.into();
        Box::pin(Guard::new(backend, self.health.clone()).oneshot(call))
    }

    /// A call that is let through, and who may answer it.
    fn through(&mut self, voice: &str) -> (Speaking, oneshot::Sender<Answer>) {
        let mut speaking = self.say(voice);
        assert!(speaking.as_mut().now_or_never().is_none(), "it is refused");
        (speaking, self.called.try_recv().unwrap())
    }

    async fn answered(&mut self, voice: &str, answer: Answer) -> Answer {
        let (speaking, backend) = self.through(voice);
        assert!(backend.send(answer).is_ok());
        speaking.await
    }

    async fn fail(&mut self, voice: &str, times: usize) {
        for _ in 0..times {
            let answer = self.answered(voice, Err(failure())).await;
            assert_eq!(answer.err().unwrap().kind(), ErrorKind::BackendFailed);
        }
    }

    /// A call that is refused; nobody hears of it.
    fn refused(&mut self, voice: &str) -> SpeechError {
        let refused = self.say(voice).now_or_never().expect("it waits for nothing").err().unwrap();
        assert!(self.called.try_recv().is_err(), "the backend was called");
        refused
    }

    fn state(&self, voice: &str) -> State {
        self.health.standing(&id(voice)).state
    }

    fn in_flight(&self) -> usize {
        self.health.standing(&id("anna")).in_flight
    }

    /// Until the next probe.
    async fn rest(&self, voice: &str) -> Duration {
        let State::Open { wait } = self.state(voice) else { panic!("it is not open") };
        advance(wait - Duration::from_millis(1)).await;
        assert!(matches!(self.state(voice), State::Open { .. }));
        advance(Duration::from_millis(1)).await;
        assert_eq!(self.state(voice), State::HalfOpen);
        wait
    }
}

fn id(voice: &str) -> VoiceId {
    VoiceId { backend: call().backend.name().to_owned(), voice: voice.to_owned() }
}

fn failure() -> SpeechError {
    SpeechError::new(ErrorKind::BackendFailed, "It broke.")
}

/// A sound, and who makes it.
fn sound() -> (Sound, mpsc::UnboundedSender<Result<PcmChunk, SpeechError>>) {
    let (feed, chunks) = mpsc::unbounded();
    (Sound::from(PcmStream { sample_rate: SampleRate::MIN, chunks: chunks.boxed() }), feed)
}

fn chunks(answer: Answer) -> BoxStream<'static, Result<PcmChunk, SpeechError>> {
    let Ok(Sound::Samples(PcmStream { chunks, .. })) = answer else { panic!("no samples") };
    chunks
}

#[tokio::test(start_paused = true)]
async fn who_is_waited_for_in_vain_has_failed_and_who_is_hung_up_on_has_not() {
    let mut stage = Stage::new();
    for _ in 0..5 {
        let (speaking, _backend) = stage.through("anna");
        drop(speaking);
        let (speaking, _backend) = stage.through("anna");
        crate::break_off(speaking, ErrorKind::Overloaded);
    }
    assert_eq!(stage.state("anna"), State::Closed);
    for _ in 0..5 {
        let (speaking, _backend) = stage.through("anna");
        crate::break_off(speaking, ErrorKind::DeadlineExceeded);
    }
    assert!(matches!(stage.state("anna"), State::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_its_backend_lists_and_does_not_know_has_failed() {
    let mut stage = Stage::new();
    for _ in 0..5 {
        let gone = SpeechError::new(ErrorKind::UnknownVoice, "Gone.").blaming(Origin::Backend);
        assert!(stage.answered("anna", Err(gone)).await.is_err());
    }
    assert!(matches!(stage.state("anna"), State::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn who_fails_five_times_is_left_alone_until_one_call_has_tried() {
    let mut stage = Stage::new();
    stage.fail("anna", 4).await;
    assert_eq!(stage.state("anna"), State::Closed);
    stage.fail("anna", 1).await;

    let refused = stage.refused("anna");
    let State::Open { wait } = stage.state("anna") else { panic!("it is closed") };
    assert_eq!((refused.kind(), refused.wait()), (ErrorKind::BackendFailed, Some(wait)));
    assert!(refused.may_succeed_later());
    assert!((Duration::from_millis(500)..=Duration::from_secs(1)).contains(&wait), "{wait:?}");
    assert_eq!(stage.health.tripped().len(), 1);
    stage.rest("anna").await;

    let (probing, backend) = stage.through("anna");
    stage.refused("anna");
    assert_eq!(stage.in_flight(), 1, "who is refused is not in flight");
    assert!(backend.send(Ok(sound().0)).is_ok());
    let _sound = probing.await.unwrap();
    assert_eq!(stage.state("anna"), State::Closed, "as soon as something is heard");
    assert!(stage.health.tripped().is_empty());
    let _both = (stage.through("anna"), stage.through("anna"));
}

#[tokio::test(start_paused = true)]
async fn each_probe_that_fails_doubles_the_rest_until_a_sound_is_whole() {
    let mut stage = Stage::new();
    stage.fail("anna", 5).await;
    for longest in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let rest = stage.rest("anna").await;
        let longest = Duration::from_secs(longest);
        assert!((longest / 2..=longest).contains(&rest), "{rest:?} of {longest:?}");
        stage.fail("anna", 1).await;
    }
    stage.rest("anna").await;
    let (whole, feed) = sound();
    drop(feed);
    let whole = stage.answered("anna", Ok(whole)).await;
    assert!(chunks(whole).next().await.is_none());
    stage.fail("anna", 5).await;
    assert!(stage.rest("anna").await <= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_sound_that_breaks_off_is_a_failure_and_one_that_is_left_is_none() {
    let mut stage = Stage::new();
    for number in 1..=5 {
        let (broken, feed) = sound();
        let mut broken = chunks(stage.answered("anna", Ok(broken)).await);
        feed.unbounded_send(Ok(PcmChunk::default())).unwrap();
        assert!(broken.next().await.unwrap().is_ok());
        assert_eq!((stage.in_flight(), stage.state("anna")), (1, State::Closed), "{number}");
        feed.unbounded_send(Err(failure())).unwrap();
        assert!(broken.next().await.unwrap().is_err());
        assert_eq!(stage.in_flight(), 0, "while the end is still to be asked for");
    }
    assert!(matches!(stage.state("anna"), State::Open { .. }));

    let mut stage = Stage::new();
    stage.fail("anna", 4).await;
    let (left, _feed) = sound();
    drop(stage.answered("anna", Ok(left)).await.unwrap());
    stage.fail("anna", 4).await;
    assert_eq!((stage.in_flight(), stage.state("anna")), (0, State::Closed), "it spoke");
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_before_anything_is_heard_tells_nothing_and_makes_room_for_the_next_probe() {
    let mut stage = Stage::new();
    stage.fail("anna", 4).await;
    for _ in 0..20 {
        drop(stage.through("anna"));
    }
    assert_eq!((stage.in_flight(), stage.state("anna")), (0, State::Closed));
    stage.fail("anna", 1).await;
    stage.rest("anna").await;
    drop(stage.through("anna"));
    assert_eq!(stage.state("anna"), State::HalfOpen);
    drop(stage.say("anna"));
    stage.fail("anna", 1).await;
    assert!(matches!(stage.state("anna"), State::Open { .. }));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_backends_fault_is_not_held_against_it() {
    let mut stage = Stage::new();
    for kind in [
        ErrorKind::InvalidText,
        ErrorKind::UnknownVoice,
        ErrorKind::BudgetExceeded,
        ErrorKind::Overloaded,
        ErrorKind::LedgerUnavailable,
    ] {
        for _ in 0..20 {
            let error = SpeechError::new(kind, "No.").retry_after(Duration::from_secs(9));
            assert_eq!(stage.answered("anna", Err(error)).await.err().unwrap().kind(), kind);
        }
    }
    assert_eq!((stage.in_flight(), stage.state("anna")), (0, State::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_says_when_to_call_again_is_taken_by_its_word() {
    let mut stage = Stage::new();
    let busy =
        |seconds| SpeechError::new(ErrorKind::RateLimited, "Busy.").retry_after(Duration::from_secs(seconds));
    let (late, backend) = stage.through("berta");
    stage.answered("anna", Err(busy(7))).await.err().unwrap();
    assert_eq!(stage.refused("berta").kind(), ErrorKind::RateLimited, "whatever the voice");
    assert!(backend.send(Err(busy(2))).is_ok());
    late.await.err().unwrap();
    assert_eq!(stage.rest("anna").await, Duration::from_secs(7), "the longest counts");
    stage.answered("anna", Err(busy(7))).await.err().unwrap();
    assert_eq!(stage.rest("anna").await, Duration::from_secs(7), "no longer than it says");
    stage.answered("anna", Err(busy(24 * 60 * 60))).await.err().unwrap();
    assert_eq!(stage.rest("anna").await, Duration::from_secs(5 * 60), "within reason");
    stage.answered("anna", Ok(sound().0)).await.unwrap();
    assert_eq!(stage.state("anna"), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn fifty_at_once_that_fail_are_one_outage() {
    let mut stage = Stage::new();
    let calls: Vec<_> = (0..50).map(|_| stage.through("anna")).collect();
    assert_eq!(stage.in_flight(), 50);
    for (speaking, backend) in calls {
        assert!(backend.send(Err(failure())).is_ok());
        assert!(speaking.await.is_err());
    }
    assert_eq!(stage.in_flight(), 0);
    assert!(stage.rest("anna").await <= Duration::from_secs(1));
    stage.fail("anna", 1).await;
    assert!(stage.rest("anna").await <= Duration::from_secs(2), "the second opening");
}

#[tokio::test(start_paused = true)]
async fn a_broken_voice_leaves_its_backend_alone_and_two_do_not() {
    let mut stage = Stage::new();
    stage.fail("anna", 5).await;
    for _ in 0..6 {
        stage.rest("anna").await;
        stage.fail("anna", 1).await;
    }
    assert_eq!(stage.state("berta"), State::Closed, "however often that voice was tried again");

    let mut stage = Stage::new();
    stage.fail("anna", 5).await;
    stage.fail("berta", 5).await;
    let refused = stage.refused("carla");
    assert_eq!(stage.health.tripped()[0].voice, None, "{refused}");
}

#[tokio::test(start_paused = true)]
async fn the_time_to_the_first_audio_is_measured_and_a_long_wait_in_vain_too() {
    let mut stage = Stage::new();
    let (speaking, backend) = stage.through("anna");
    advance(Duration::from_millis(320)).await;
    assert!(backend.send(Ok(sound().0)).is_ok());
    let sound = speaking.await.unwrap();
    let standing = stage.health.standing(&id("berta"));
    assert_eq!(standing.first_audio, Some(Duration::from_millis(320)));
    let began = Instant::now();
    let backend = id("anna").backend;
    assert!((stage.health.weigh(&backend) - 0.64).abs() < 1e-6, "two in flight");
    drop(sound);
    assert!((stage.health.weigh(&backend) - 0.32).abs() < 1e-6);
    let lost = stage.through("anna");
    advance(Duration::from_secs(3)).await;
    drop(lost);
    assert_eq!(stage.health.standing(&id("anna")).first_audio, Some(began.elapsed()));
}
